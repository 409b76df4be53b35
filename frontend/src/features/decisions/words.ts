import { formatQuantity, humanize, UNKNOWN } from '../../lib/format';

import type { StudyTab, Tab } from './address';

export const TAB_WORDS: Readonly<Record<Tab, string>> = {
  summary: 'Impact & cost',
  mitigation: 'Mitigation',
  restoration: 'Restoration',
  staging: 'Staging & crews',
  investment: 'Investment',
  explanation: 'Explanation',
};

/** The kind of study that a tab shows, as the API spells it. */
export const KINDS: Readonly<Record<StudyTab, string>> = {
  mitigation: 'MITIGATION',
  restoration: 'RESTORATION',
  staging: 'STAGING',
  investment: 'INVESTMENT',
  explanation: 'EXPLANATION',
};

export const STUDY_WORDS: Readonly<Record<StudyTab, { one: string; start: string; about: string }>> = {
  mitigation: {
    one: 'mitigation study',
    start: 'Search for actions',
    about: 'Tries actions after the first outages and before the first trips. Each one is carried out on the network and the cascade is simulated again.',
  },
  restoration: {
    one: 'restoration plan',
    start: 'Plan the restoration',
    about: 'Who repairs what in which order, and when power is back. Each step is simulated on the network, up to 300 of them.',
  },
  staging: {
    one: 'staging study',
    start: 'Search places and crews',
    about: 'Where crews should wait, and how many of which kind: each number of crews is planned anew.',
  },
  investment: {
    one: 'investment comparison',
    start: 'Compare the measures',
    about: 'Each measure is simulated in each run. The best set under the budget is found exactly, then simulated together.',
  },
  explanation: {
    one: 'explanation',
    start: 'Explain the run',
    about: 'What failed, how it spread, and what would have stopped it. Each answer is simulated again.',
  },
};

/** Hours of a plan: minutes below an hour, days from a week on. */
export function formatHours(hours: number | null | undefined): string {
  if (hours == null || !Number.isFinite(hours)) return UNKNOWN;
  if (hours > 0 && hours < 1) return formatQuantity(hours * 60, 'min', 0);
  return hours < 168 ? formatQuantity(hours, 'h') : formatQuantity(hours / 24, 'd');
}

export function formatShare(frac: number | null | undefined, digits = 0): string {
  return frac == null ? UNKNOWN : formatQuantity(frac * 100, '%', digits);
}

const ACTION_WORDS: Readonly<Record<string, string>> = {
  REDISPATCH: 'Redispatch units',
  SHED: 'Shed load',
  REDISPATCH_AND_SHED: 'Redispatch, and shed the rest',
  SWITCH_LINE: 'Open a branch',
  EMERGENCY_RATING: 'Use short-time ratings',
  TRANSFER_LOAD: 'Move load over a tie',
};

export function actionWords(kind: string): string {
  return ACTION_WORDS[kind] ?? humanize(kind);
}

export const MEASURE_WORDS: Readonly<Record<string, string>> = {
  HARDEN: 'Harden',
  UNDERGROUND: 'Put underground',
  TRIM: 'Trim trees',
  RECONDUCTOR: 'Reconductor',
  ADD_BRANCH: 'Add a branch',
  ADD_TRANSFORMER: 'Add a second unit',
};

/** What a plan weighs jobs by, and what hours of it are. */
export function unitWords(unit: string): { amount: string; hours: string } {
  return unit === 'CUSTOMERS' ? { amount: 'customers', hours: 'customer-hours' } : { amount: 'MW', hours: 'MWh' };
}

const STOPPED_WORDS: Readonly<Record<string, string>> = {
  RANGE_TOUCHES_ZERO: 'one crew more saves nothing in a draw of five or more',
  COSTS_MORE_THAN_IT_SAVES: 'one crew more costs more than it saves customers',
  MOST_CREWS: 'the most crews were reached: one more might pay',
  NOTHING_TO_REPAIR: 'there is nothing to repair',
};

export function stoppedWords(code: string): string {
  return STOPPED_WORDS[code] ?? humanize(code);
}
