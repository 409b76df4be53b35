/** Who was without supply at which moment of a replay: one rule for the map, the curve, the counters and the table. */
import type { ReplayedOutage } from './queries';

interface Change {
  atMs: number;
  /** Customers out more than before, or less. */
  by: number;
}

/** An outage of a replay with its moments as numbers. */
export interface Played {
  outage: ReplayedOutage;
  beganMs: number;
  /** Infinity: not over. */
  endedMs: number;
  /** Whom it took supply from, and whom it gave it back, rising; null: not on record. */
  changes: readonly Change[] | null;
}

/** What stands at a moment. */
export interface Moment {
  /** The outages in force, those with most customers out first; those of unknown customers last. */
  active: readonly Active[];
  customersOut: number;
  /** Those of them whose customers are not on record. */
  unknownCount: number;
  /** Customers that lost supply up to now, each as often as they did. */
  interrupted: number;
  restored: number;
  /** Outages that are over. */
  endedCount: number;
}

export interface Active {
  played: Played;
  /** null: not on record. */
  customersOut: number | null;
}

export function playedOf(outages: readonly ReplayedOutage[]): Played[] {
  return outages.map((outage) => {
    const { losses, steps } = outage;
    const changes =
      losses == null || steps == null
        ? null
        : [
            ...losses.map(({ at, customers }) => ({ atMs: Date.parse(at), by: customers })),
            ...steps.map(({ restoredAt, customersRestored }) => ({ atMs: Date.parse(restoredAt), by: -customersRestored })),
          ].sort((a, b) => a.atMs - b.atMs);
    return {
      outage,
      beganMs: Date.parse(outage.beganAt),
      endedMs: outage.restoredAt == null ? Infinity : Date.parse(outage.restoredAt),
      changes,
    };
  });
}

/** Customers of an outage without supply at a moment: what is restored at exactly that moment is back. null: not on record. */
export function customersOutAt({ changes }: Played, atMs: number): number | null {
  if (changes === null) return null;
  return changes.reduce((out, change) => (change.atMs <= atMs ? out + change.by : out), 0);
}

export function momentAt(played: readonly Played[], atMs: number): Moment {
  const active: Active[] = [];
  let interrupted = 0;
  let restored = 0;
  let endedCount = 0;
  for (const each of played) {
    if (each.beganMs > atMs) continue;
    for (const { atMs: changedMs, by } of each.changes ?? []) {
      if (changedMs <= atMs && by > 0) interrupted += by;
      if (changedMs <= atMs && by < 0) restored -= by;
    }
    if (each.endedMs <= atMs) endedCount += 1;
    const customersOut = customersOutAt(each, atMs);
    if (customersOut === null ? each.endedMs > atMs : customersOut > 0) active.push({ played: each, customersOut });
  }
  active.sort((a, b) => (b.customersOut ?? -1) - (a.customersOut ?? -1) || a.played.beganMs - b.played.beganMs);
  return {
    active,
    customersOut: active.reduce((sum, each) => sum + (each.customersOut ?? 0), 0),
    unknownCount: active.filter((each) => each.customersOut === null).length,
    interrupted,
    restored,
    endedCount,
  };
}

/** The customers out from each moment on at which they change, from `startMs` to `endMs`; outages of unknown customers are not in it. */
export function curveOf(played: readonly Played[], startMs: number, endMs: number): { atMs: number; customersOut: number }[] {
  const changes = new Map<number, number>([[startMs, 0]]);
  for (const { atMs, by } of played.flatMap((each) => each.changes ?? [])) {
    if (atMs > endMs) continue;
    const from = Math.max(atMs, startMs);
    changes.set(from, (changes.get(from) ?? 0) + by);
  }
  let customersOut = 0;
  return [...changes]
    .sort(([a], [b]) => a - b)
    .map(([atMs, by]) => {
      customersOut += by;
      return { atMs, customersOut };
    });
}

/** The weather of the hour that a moment lies in; null: none is on record. */
export function weatherAt<Hour extends { at: string }>(hours: readonly Hour[], atMs: number): Hour | null {
  return hours.find(({ at }) => Date.parse(at) <= atMs && atMs < Date.parse(at) + HOUR_MS) ?? null;
}

export const HOUR_MS = 3_600_000;
/** Between the moments one can rest at. */
export const STEP_MS = 600_000;
export const STEPS_PER_HOUR = HOUR_MS / STEP_MS;
