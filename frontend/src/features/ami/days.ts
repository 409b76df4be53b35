/** Local days as `2026-11-01`, and periods of them. */

export interface Period {
  firstDay: string;
  /** Included. */
  lastDay: string;
}

const DAY_MS = 86_400_000;
const DAYS_OF_WEEK = 7;

/** Whether a text is a day that exists. */
export function isDay(text: string | null | undefined): text is string {
  if (text == null || !/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}

export function addDays(day: string, count: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + count * DAY_MS).toISOString().slice(0, 10);
}

export function dayCount({ firstDay, lastDay }: Period): number {
  return Math.round((Date.parse(`${lastDay}T00:00:00Z`) - Date.parse(`${firstDay}T00:00:00Z`)) / DAY_MS) + 1;
}

export function lastDays(lastDay: string, count: number): Period {
  return { firstDay: addDays(lastDay, 1 - count), lastDay };
}

/** The end of a period, if it is longer than what is answered at a time. */
export function clipped(period: Period, mostDays: number): Period {
  return dayCount(period) > mostDays ? lastDays(period.lastDay, mostDays) : period;
}

/** The period before, as long and beginning on the same day of the week. */
export function periodBefore(period: Period): Period {
  return shifted(period, Math.ceil(dayCount(period) / DAYS_OF_WEEK) * DAYS_OF_WEEK);
}

/** 52 weeks before, or as many times 52 weeks as the period takes. */
export function yearBefore(period: Period): Period {
  const weeksOfYear = 52 * DAYS_OF_WEEK;
  return shifted(period, Math.ceil(dayCount(period) / weeksOfYear) * weeksOfYear);
}

function shifted({ firstDay, lastDay }: Period, days: number): Period {
  return { firstDay: addDays(firstDay, -days), lastDay: addDays(lastDay, -days) };
}

/** The local day in which an instant lies. */
export function dayOf(at: string | number, timeZone: string | undefined): string {
  const parts = new Intl.DateTimeFormat('en-US', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).formatToParts(new Date(at));
  const part = (type: string): string => parts.find((each) => each.type === type)?.value ?? '';
  return `${part('year').padStart(4, '0')}-${part('month')}-${part('day')}`;
}

/** The first instant of a local day. */
export function startOfDay(day: string, timeZone: string | undefined): string {
  const midnight = Date.parse(`${day}T00:00:00Z`);
  let at = midnight - offsetMs(midnight, timeZone);
  // Clocks may change between that guess and the midnight meant.
  at = midnight - offsetMs(at, timeZone);
  return new Date(at).toISOString();
}

/** The instants of a period: its first, and the first after it. */
export function instantsOf({ firstDay, lastDay }: Period, timeZone: string | undefined): { start: string; end: string } {
  return { start: startOfDay(firstDay, timeZone), end: startOfDay(addDays(lastDay, 1), timeZone) };
}

function offsetMs(at: number, timeZone: string | undefined): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(new Date(at));
  const part = (type: string): number => Number(parts.find((each) => each.type === type)?.value);
  return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second')) - at;
}

/** `Nov 1, 2026`. */
export function formatDay(day: string): string {
  return new Intl.DateTimeFormat('en-US', { dateStyle: 'medium', timeZone: 'UTC' }).format(new Date(`${day}T00:00:00Z`));
}

export function formatPeriod({ firstDay, lastDay }: Period): string {
  return firstDay === lastDay ? formatDay(firstDay) : `${formatDay(firstDay)} to ${formatDay(lastDay)}`;
}
