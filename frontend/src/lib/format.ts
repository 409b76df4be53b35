/** Text for numbers, units, times and what is not known. */

export const UNKNOWN = '–';
/** No-break space between a number and its unit. */
const UNIT_SPACE = '\u00a0';

const formatters = new Map<string, Intl.NumberFormat>();

function numberFormat(minimum: number, maximum: number): Intl.NumberFormat {
  const key = `${minimum}/${maximum}`;
  let format = formatters.get(key);
  if (format === undefined) {
    format = new Intl.NumberFormat('en-US', { minimumFractionDigits: minimum, maximumFractionDigits: maximum });
    formatters.set(key, format);
  }
  return format;
}

function isKnown(value: number | null | undefined): value is number {
  return value !== null && value !== undefined && Number.isFinite(value);
}

/** A number with `digits` decimals; a dash when it is null, NaN or infinite. */
export function formatNumber(value: number | null | undefined, digits = 0): string {
  if (!isKnown(value)) return UNKNOWN;
  const text = numberFormat(digits, digits).format(value);
  return /^-0(\.0+)?$/.test(text) ? text.slice(1) : text;
}

/** Decimals that keep about three significant digits: 0.42, 7.3, 73, 1,240. */
export function sensibleDigits(value: number): number {
  const size = Math.abs(value);
  if (size === 0 || size >= 100) return 0;
  if (size >= 10) return 1;
  return 2;
}

/** Number and unit, `73.4 MW`; an unknown value shows no unit. Percent stands close to its number. */
export function formatQuantity(value: number | null | undefined, unit: string, digits?: number): string {
  if (!isKnown(value)) return UNKNOWN;
  const text =
    digits === undefined ? numberFormat(0, sensibleDigits(value)).format(value) : formatNumber(value, digits);
  if (unit === '' || unit === '1') return text;
  return unit === '%' ? `${text}%` : `${text}${UNIT_SPACE}${unit}`;
}

/** `2 min`, `3 h`, `5 d`: how long ago, in the largest whole unit. Negative ages count as zero. */
export function formatAge(ageS: number | null | undefined): string {
  if (!isKnown(ageS)) return UNKNOWN;
  const s = Math.max(0, ageS);
  if (s < 60) return `${Math.floor(s)}${UNIT_SPACE}s`;
  if (s < 3_600) return `${Math.floor(s / 60)}${UNIT_SPACE}min`;
  if (s < 172_800) return `${Math.floor(s / 3_600)}${UNIT_SPACE}h`;
  return `${Math.floor(s / 86_400)}${UNIT_SPACE}d`;
}

/** Seconds from an ISO instant to `nowMs`, or null if there is no valid instant. */
export function ageSeconds(at: string | null | undefined, nowMs: number): number | null {
  if (at === null || at === undefined) return null;
  const atMs = Date.parse(at);
  return Number.isNaN(atMs) ? null : (nowMs - atMs) / 1_000;
}

/** Date and time in the given zone, `Nov 21, 2025, 14:05`; the viewer's own zone if none is given. */
export function formatInstant(at: string | null | undefined, timeZone?: string): string {
  if (at === null || at === undefined) return UNKNOWN;
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return UNKNOWN;
  return new Intl.DateTimeFormat('en-US', {
    dateStyle: 'medium',
    timeStyle: 'short',
    hourCycle: 'h23',
    timeZone,
  }).format(date);
}

/** Time of day to the second in the given zone, `14:05:09`. */
export function formatTimeOfDay(atMs: number, timeZone?: string): string {
  return new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium', timeZone }).format(atMs);
}

/** `840 ms`, `12.4 s`, `3 min 05 s`. */
export function formatDuration(ms: number | null | undefined): string {
  if (!isKnown(ms)) return UNKNOWN;
  if (ms < 1_000) return `${Math.round(ms)}${UNIT_SPACE}ms`;
  const s = ms / 1_000;
  if (s < 60) return `${formatNumber(s, 1)}${UNIT_SPACE}s`;
  const minutes = Math.floor(s / 60);
  const rest = Math.floor(s % 60);
  return `${minutes}${UNIT_SPACE}min ${String(rest).padStart(2, '0')}${UNIT_SPACE}s`;
}

const UNIT_WORDS: Readonly<Record<string, string>> = { mw: 'MW', mva: 'MVA', kva: 'kVA', kwh: 'kWh', kv: 'kV' };

/** `LINE_CLASS` or `lineClass` to `Line class`, `shed_mw` to `Shed MW`: codes for people. */
export function humanize(code: string): string {
  const words = code
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/[_-]+/g, ' ')
    .trim()
    .toLowerCase()
    .replace(/\S+/g, (word) => UNIT_WORDS[word] ?? word);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatNumber(count)} ${count === 1 ? one : many}`;
}
