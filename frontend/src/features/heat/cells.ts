import type { Bounds } from '../../lib/boundsGrid';
import { requestBounds } from '../../lib/boundsGrid';

import type { HeatCell } from './queries';

/** Cells of this resolution and coarser are asked for all at once, finer ones of what is in view. */
const WHOLE_UP_TO = 7;
const LEAST = 4;
const MOST = 10;

/** The resolution whose cells are about 30 pixels wide: each step of H3 divides the edge by the root of 7. */
export function resolutionAt(zoom: number): number {
  const steps = ((zoom - 8) * Math.LN2) / (Math.log(7) / 2);
  return Math.min(MOST, Math.max(LEAST, Math.round(5 + steps)));
}

/** What to ask for in a view. */
export function heatArea(view: { bounds: Bounds }, resolution: number): { bbox: number[] } | null {
  return resolution <= WHOLE_UP_TO ? null : { bbox: [...requestBounds(view.bounds)] };
}

/** The corners of a cell as positions. */
export function ringOf({ corners }: Pick<HeatCell, 'corners'>): [number, number][] {
  const ring: [number, number][] = [];
  for (let i = 0; i + 1 < corners.length; i += 2) ring.push([corners[i] ?? Number.NaN, corners[i + 1] ?? Number.NaN]);
  return ring;
}

export function polygonOf(cell: Pick<HeatCell, 'corners'>): { type: 'Polygon'; coordinates: number[][][] } {
  const ring = ringOf(cell);
  return { type: 'Polygon', coordinates: [[...ring, ...ring.slice(0, 1)]] };
}

/** Whether a place is in a cell: the number of edges east of it is odd. */
export function isInCell(cell: Pick<HeatCell, 'corners'>, lon: number, lat: number): boolean {
  const ring = ringOf(cell);
  let isInside = false;
  ring.forEach(([x1, y1], i) => {
    const [x0, y0] = ring.at(i - 1) ?? [x1, y1];
    if (y1 > lat !== y0 > lat && lon < x1 + ((lat - y1) / (y0 - y1)) * (x0 - x1)) isInside = !isInside;
  });
  return isInside;
}

export function cellAt(cells: readonly HeatCell[], lon: number, lat: number): HeatCell | null {
  return cells.find((cell) => isInCell(cell, lon, lat)) ?? null;
}
