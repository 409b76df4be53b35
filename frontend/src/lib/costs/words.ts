import { formatNumber, humanize, UNKNOWN } from '../format';

const STEPS = [
  { from: 0.9995e9, divisor: 1e9, suffix: 'bn' },
  { from: 0.9995e6, divisor: 1e6, suffix: 'M' },
  { from: 1e4, divisor: 1e3, suffix: 'k' },
] as const;

/** Dollars in a size that can be read: `$8.40`, `$9,999`, `$12.4 k`, `$3.63 M`, `$14.5 bn`. */
export function formatUsd(usd: number | null | undefined): string {
  if (usd == null || !Number.isFinite(usd)) return UNKNOWN;
  const size = Math.abs(usd);
  const sign = usd < 0 ? '−' : '';
  const step = STEPS.find(({ from }) => size >= from);
  if (step === undefined) return `${sign}$${formatNumber(size, size !== 0 && size < 10 ? 2 : 0)}`;
  const value = size / step.divisor;
  return `${sign}$${formatNumber(value, value < 10 ? 2 : value < 100 ? 1 : 0)}\u00a0${step.suffix}`;
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

const LEDGERS: Readonly<Record<string, string>> = {
  CUSTOMER: 'Cost to customers',
  UTILITY: 'Cost to the utility',
  REGULATORY: 'Regulatory exposure',
  DAMAGE_FUNCTIONS: 'By damage functions of each class',
  VALUE_OF_LOST_LOAD: 'By the value of lost load',
  LABOUR: 'Hours of crews',
  MATERIAL: 'Material',
  LOST_MARGIN: 'Margin of energy not sold',
};

/** A ledger, or a line of one. */
export function ledgerWords(name: string): string {
  return LEDGERS[name] ?? humanize(name);
}
