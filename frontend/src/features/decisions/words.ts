import { formatNumber, formatQuantity, humanize, UNKNOWN } from '../../lib/format';

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

const CURRENCY_STEPS = [
  { from: 1e9, divisor: 1e9, suffix: 'B' },
  { from: 1e6, divisor: 1e6, suffix: 'M' },
  { from: 1e3, divisor: 1e3, suffix: 'k' },
] as const;

/** Dollars to three digits or so: `$1.24 M`. */
export function formatUsd(usd: number | null | undefined): string {
  if (usd == null || !Number.isFinite(usd)) return UNKNOWN;
  const size = Math.abs(usd);
  const sign = usd < 0 ? '−' : '';
  const step = CURRENCY_STEPS.find(({ from }) => size >= from * 0.9995);
  if (step === undefined) return `${sign}$${formatNumber(size, size !== 0 && size < 10 ? 2 : 0)}`;
  const value = size / step.divisor;
  return `${sign}$${formatNumber(value, value < 10 ? 2 : value < 100 ? 1 : 0)}\u00a0${step.suffix}`;
}

/** Hours of a plan: minutes below an hour, days from a week on. */
export function formatHours(hours: number | null | undefined): string {
  if (hours == null || !Number.isFinite(hours)) return UNKNOWN;
  if (hours > 0 && hours < 1) return formatQuantity(hours * 60, 'min', 0);
  return hours < 168 ? formatQuantity(hours, 'h') : formatQuantity(hours / 24, 'd');
}

export function formatShare(frac: number | null | undefined, digits = 0): string {
  return frac == null ? UNKNOWN : formatQuantity(frac * 100, '%', digits);
}

interface Bounds {
  low: number | null;
  mid: number | null;
  high: number | null;
}

/** `mid (low to high)`; a bound that is not known says which side is open. */
export function formatRange({ low, mid, high }: Bounds, format: (value: number | null) => string): string {
  if (low === null && mid === null && high === null) return UNKNOWN;
  if (mid === null) {
    if (low !== null && high === null) return `at least ${format(low)}`;
    if (low === null && high !== null) return `at most ${format(high)}`;
    return `${format(low)} to ${format(high)}`;
  }
  if (low === mid && high === mid) return format(mid);
  return `${format(mid)} (${format(low)} to ${high === null ? 'not known' : format(high)})`;
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

const LEDGER_WORDS: Readonly<Record<string, string>> = {
  CUSTOMER: 'Cost to customers',
  UTILITY: 'Cost to the utility',
  REGULATORY: 'Regulatory exposure',
  DAMAGE_FUNCTIONS: 'By damage functions',
  VALUE_OF_LOST_LOAD: 'By the value of lost load',
  LABOUR: 'Hours of crews',
  MATERIAL: 'Material',
  LOST_MARGIN: 'Lost margin',
};

export function ledgerWords(name: string): string {
  return LEDGER_WORDS[name] ?? humanize(name);
}

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
