import { formatQuantity, UNKNOWN } from '../../../lib/format';

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** `840 B`, `12.4 MB`: bytes in thousands. */
export function formatBytes(bytes: number | null | undefined): string {
  if (bytes === null || bytes === undefined || !Number.isFinite(bytes)) return UNKNOWN;
  let [value, unit] = [bytes, 0];
  while (value >= 1_000 && unit < UNITS.length - 1) [value, unit] = [value / 1_000, unit + 1];
  return formatQuantity(value, UNITS[unit] ?? 'B');
}
