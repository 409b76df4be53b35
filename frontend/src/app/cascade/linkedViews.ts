import type { Viewport } from '../../lib/mapView';

/** Whether two maps look at the same: what one map sets in the other comes back a little rounded. */
export function isSameView(first: Viewport, second: Viewport): boolean {
  return Math.abs(first.lng - second.lng) < 1e-6 && Math.abs(first.lat - second.lat) < 1e-6 && Math.abs(first.zoom - second.zoom) < 1e-4;
}
