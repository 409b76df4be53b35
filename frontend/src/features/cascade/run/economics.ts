import { formatNumber, UNKNOWN } from '../../../lib/format';

/** Dollars in a size that can be read: `$840`, `$12.4 k`, `$3.63 M`, `$14.5 bn`. */
export function formatUsd(value: number | null | undefined): string {
  if (value == null || !Number.isFinite(value)) return UNKNOWN;
  const size = Math.abs(value);
  const sign = value < 0 ? '-' : '';
  const [divisor, unit] = size >= 1e9 ? [1e9, '\u00a0bn'] : size >= 1e6 ? [1e6, '\u00a0M'] : size >= 1e4 ? [1e3, '\u00a0k'] : [1, ''];
  const shown = size / divisor;
  return `${sign}$${formatNumber(shown, unit === '' || shown >= 100 ? 0 : shown >= 10 ? 1 : 2)}${unit}`;
}

interface Figures {
  low?: number | null;
  mid?: number | null;
  high?: number | null;
}

/** `4,000 (2,000 to 8,000)`; what is not known is a dash. */
export function rangeText({ low, mid, high }: Figures, write: (value: number | null | undefined) => string): string {
  return `${write(mid)} (${write(low)} to ${write(high)})`;
}

interface Hours {
  lowH: number;
  midH: number;
  highH: number;
}

/** Hours as typed, or what is wrong with them. */
export function readHours(texts: { low: string; mid: string; high: string }): { value: Hours } | { problem: string } {
  const [low, mid, high] = [texts.low, texts.mid, texts.high].map((text) => (text.trim() === '' ? Number.NaN : Number(text)));
  if (low === undefined || mid === undefined || high === undefined || ![low, mid, high].every((each) => Number.isFinite(each) && each > 0)) {
    return { problem: 'Give three numbers of hours above 0.' };
  }
  return low <= mid && mid <= high ? { value: { lowH: low, midH: mid, highH: high } } : { problem: 'Low may not be above mid, nor mid above high.' };
}
