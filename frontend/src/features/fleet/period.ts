/** The days that are looked back, up to the newest hour on record. */
export const DAYS = [7, 14, 30, 90, 365] as const;
export type Days = (typeof DAYS)[number];

export const DEFAULT_DAYS: Days = 14;
const HOUR_MS = 3_600_000;

export function daysOf(search: string): Days {
  const asked = Number(new URLSearchParams(search).get('days'));
  return DAYS.find((days) => days === asked) ?? DEFAULT_DAYS;
}

export function withDays(path: string, days: Days): string {
  return days === DEFAULT_DAYS ? path : `${path}?days=${days}`;
}

/** From `days` before its end to the end of the newest hour, which begins at `newest`. */
export function periodOf(newest: string, days: Days): { start: string; end: string; hours: number } {
  const endMs = Date.parse(newest) + HOUR_MS;
  const hours = days * 24;
  return { start: new Date(endMs - hours * HOUR_MS).toISOString(), end: new Date(endMs).toISOString(), hours };
}
