import { listAt, numberAt, readAt } from '../scenario/document';

export type BatchKind = 'N1_BRANCH' | 'N1_SUBSTATION' | 'N1_BUS' | 'N1_UNIT' | 'N1_PLANT' | 'N1_1' | 'N2_RANDOM' | 'N2_SCREENED' | 'MONTE_CARLO';

export interface KindInfo {
  key: BatchKind;
  label: string;
  help: string;
}

export const KINDS: readonly KindInfo[] = [
  { key: 'N1_BRANCH', label: 'N-1: every line and transformer', help: 'Each is lost alone' },
  { key: 'N1_SUBSTATION', label: 'N-1: every substation', help: 'Each goes with its buses, load and units' },
  { key: 'N1_BUS', label: 'N-1: every bus', help: 'Each goes with its branches, load and units' },
  { key: 'N1_UNIT', label: 'N-1: every generating unit', help: 'Its bus stays in service' },
  { key: 'N1_PLANT', label: 'N-1: every plant', help: 'All units at a substation' },
  { key: 'N1_1', label: 'N-1-1: one after another', help: 'A first loss, its cascade to the end, then each branch that is left' },
  { key: 'N2_RANDOM', label: 'N-2: drawn pairs of branches', help: 'Every pair as likely as another' },
  { key: 'N2_SCREENED', label: 'N-2: all pairs, screened', help: 'All but those that surely overload nothing' },
  { key: 'MONTE_CARLO', label: 'Monte Carlo of a scenario', help: 'What its wind breaks and which of its units fail, drawn' },
];

export function kindLabel(kind: string): string {
  return KINDS.find(({ key }) => key === kind)?.label ?? kind;
}

const ASSET = /^[A-Z]{2,8}-[A-Za-z0-9_.:-]+$/;

/** What a contingency takes out at once, by ids; null where that cannot be run as one cascade. */
export function outagesOf(kind: string, label: string): string[] | null {
  // One loss after another is no loss of both; a draw and "all units at" name no assets.
  if (kind === 'N1_1' || kind === 'MONTE_CARLO') return null;
  const ids = label.split(' + ').map((part) => part.trim());
  return ids.every((id) => ASSET.test(id)) ? ids : null;
}

export interface Exceedance {
  atLeastMw: number;
  probability: number;
}

/** Share of the contingencies that lose at least so much. */
export function exceedanceOf(statistics: unknown): Exceedance[] {
  return listAt(statistics, 'loss_exceedance').flatMap((entry) => {
    const [atLeastMw, probability] = [numberAt(entry, 'at_least_mw'), numberAt(entry, 'probability')];
    return atLeastMw === null || probability === null ? [] : [{ atLeastMw, probability }];
  });
}

/** The losses that a share of the contingencies does not exceed, MW. */
export function quantilesOf(statistics: unknown): { name: string; lostMw: number | null }[] {
  const found = readAt(statistics, 'loss_quantiles_mw');
  const read = (share: string): number | null => {
    const value: unknown = typeof found === 'object' && found !== null ? Reflect.get(found, share) : undefined;
    return typeof value === 'number' ? value : null;
  };
  return [
    { name: 'Median', lostMw: read('0.5') },
    { name: 'P90', lostMw: read('0.9') },
    { name: 'P95', lostMw: read('0.95') },
    { name: 'P99', lostMw: read('0.99') },
  ];
}

/** The number of draws, and the ids, as typed. */
export function readWhole(text: string, lowest: number): number | null {
  const value = Number(text.trim());
  return text.trim() !== '' && Number.isInteger(value) && value >= lowest ? value : null;
}

export function readIds(text: string): string[] {
  return text
    .split(/[\s,;]+/)
    .map((id) => id.trim())
    .filter((id) => id !== '');
}
