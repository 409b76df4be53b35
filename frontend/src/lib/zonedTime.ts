/** Wall-clock times of a time zone, as `<input type="datetime-local">` has them. */
function wallClock(atMs: number, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  }).formatToParts(atMs);
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.find((each) => each.type === type)?.value ?? '';
  return `${part('year')}-${part('month')}-${part('day')}T${part('hour')}:${part('minute')}`;
}

/** `2026-11-27T04:06` of an instant; empty if there is none. */
export function toZoned(at: string | null | undefined, timeZone: string): string {
  const atMs = at == null ? Number.NaN : Date.parse(at);
  return Number.isNaN(atMs) ? '' : wallClock(atMs, timeZone);
}

/** The instant of a wall-clock time; null if it is none, or one that the clocks leapt over. Of two the earlier. */
export function fromZoned(text: string, timeZone: string): string | null {
  const asUtc = Date.parse(`${text}Z`);
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(text) || Number.isNaN(asUtc)) return null;
  // Clocks differ from UTC by less than a day, so one of the offsets on either side is the right one.
  const offsets = [-86_400_000, 86_400_000].map((shift) => {
    const near = asUtc + shift;
    return Date.parse(`${wallClock(near, timeZone)}Z`) - Math.floor(near / 60_000) * 60_000;
  });
  const fitting = offsets.map((offset) => asUtc - offset).filter((atMs) => wallClock(atMs, timeZone) === text);
  return fitting.length === 0 ? null : new Date(Math.min(...fitting)).toISOString();
}

/** The local day of an instant, `2026-11-27`. */
export function dayOf(atMs: number, timeZone: string): string {
  return wallClock(atMs, timeZone).slice(0, 10);
}

/** A day so many days later, or earlier. */
export function shiftDay(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}
