import type { CascadeResult } from '../result';

import type { TripRow } from './trips';

/** What each wave took out, by kind; the index is the wave. */
export interface WaveCounts {
  lines: number[];
  transformers: number[];
  dead: number[];
  inPart: number[];
}

/** Trips by kind, and substations by the first wave that they lost load in. */
export function countsByWave(lastWave: number, trips: readonly TripRow[], result: CascadeResult): WaveCounts {
  const zeros = (): number[] => Array.from({ length: lastWave + 1 }, () => 0);
  const counts: WaveCounts = { lines: zeros(), transformers: zeros(), dead: zeros(), inPart: zeros() };
  const add = (list: number[], wave: number): void => {
    if (Number.isInteger(wave) && wave >= 0 && wave <= lastWave) list[wave] = (list[wave] ?? 0) + 1;
  };
  for (const trip of trips) add(trip.kind === 'Line' ? counts.lines : counts.transformers, trip.wave);
  result.substations.ids.forEach((_, i) => {
    add(result.substations.isDead[i] === 1 ? counts.dead : counts.inPart, result.substations.wave[i] ?? Number.NaN);
  });
  return counts;
}
