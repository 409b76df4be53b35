const HOUR_MS = 3_600_000;

/** Milliseconds of the hours on record, rising. */
export function timesOf(hours: readonly { at: string }[]): number[] {
  return hours.map(({ at }) => Date.parse(at)).sort((a, b) => a - b);
}

/** Place in the list of the hour that is nearest to a time; the newest without one. */
export function nearestHour(times: readonly number[], at: number | null): number {
  if (at === null) return times.length - 1;
  let best = 0;
  times.forEach((time, i) => {
    if (Math.abs(time - at) < Math.abs((times[best] ?? Infinity) - at)) best = i;
  });
  return best;
}

/**
 * The hour that is `hours` away from that at `index`: of those on record the nearest to it, and never the same
 * one while there is another in that direction.
 */
export function stepped(times: readonly number[], index: number, hours: number): number {
  const from = times[index];
  if (from === undefined) return index;
  const wanted = nearestHour(times, from + hours * HOUR_MS);
  if (wanted !== index) return wanted;
  return Math.min(times.length - 1, Math.max(0, index + Math.sign(hours)));
}
