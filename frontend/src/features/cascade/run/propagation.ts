import type { BranchColumns } from '../../../lib/columns/layers';
import type { Lines } from '../../../lib/draw/lines';

import type { TripRow } from './trips';

type Place = readonly [number, number];

/** What led to what in one wave, as curves from the loss to the trip. */
export interface Propagation {
  curves: Lines;
  /** Trips of the wave whose cause is not drawn: none is known, or it has no place on the map. */
  undrawnCount: number;
}

const STEPS = 24;
/** How far a curve bends aside, as a share of its length. */
const BEND = 0.18;

/** Middle of each line on the map. */
export function middlesOf(branches: BranchColumns): Map<string, Place> {
  const { coords } = branches;
  return new Map(
    branches.ids.map((id, i): [string, Place] => [
      id,
      [((coords[4 * i] ?? 0) + (coords[4 * i + 2] ?? 0)) / 2, ((coords[4 * i + 1] ?? 0) + (coords[4 * i + 3] ?? 0)) / 2],
    ]),
  );
}

export function propagationOf(middles: ReadonlyMap<string, Place>, trips: readonly TripRow[], wave: number): Propagation {
  const curves: Place[][] = [];
  let undrawnCount = 0;
  for (const trip of trips) {
    if (trip.wave !== wave) continue;
    const from = trip.parentId === null ? undefined : middles.get(trip.parentId);
    const to = middles.get(trip.branchId);
    if (from === undefined || to === undefined) undrawnCount += 1;
    else curves.push(curve(from, to));
  }
  return { curves, undrawnCount };
}

/** A quadratic curve between two places, bent to its left. */
function curve([x0, y0]: Place, [x1, y1]: Place): Place[] {
  const bendX = (x0 + x1) / 2 - (y1 - y0) * BEND;
  const bendY = (y0 + y1) / 2 + (x1 - x0) * BEND;
  return Array.from({ length: STEPS + 1 }, (_, i): Place => {
    const t = i / STEPS;
    const [a, b, c] = [(1 - t) ** 2, 2 * t * (1 - t), t ** 2];
    return [a * x0 + b * bendX + c * x1, a * y0 + b * bendY + c * y1];
  });
}

/** The part of each curve that a spark has run through at the moment `t`, 0 to 1: its last third. */
export function sparksAt(curves: Lines, t: number): Lines {
  return curves.flatMap((points) => {
    const last = points.length - 1;
    const head = Math.round(t * last);
    const tail = Math.max(0, head - Math.ceil(last / 3));
    return head > tail ? [points.slice(tail, head + 1)] : [];
  });
}
