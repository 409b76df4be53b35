import Flatbush from 'flatbush';

import type { PathColumn } from '../columns/decode';

import { degreesPerPixel, mercatorY } from './mercator';
import type { Nearest, PointerAt } from './pointIndex';

/** Finds the drawn line nearest the pointer: a box index over lines, then exact segment distances. */
export class PathIndex {
  private readonly tree: Flatbush | null;
  private readonly xy: Float64Array;

  constructor(
    private readonly paths: PathColumn,
    /** Sideways shift of each line in pixels, to the right of its direction; as it is drawn. */
    private readonly shiftPx?: Float32Array,
  ) {
    this.xy = paths.coords.map((value, i) => (i % 2 === 0 ? value : mercatorY(value)));
    const count = paths.starts.length - 1;
    this.tree = count > 0 ? new Flatbush(count) : null;
    for (let line = 0; line < count; line += 1) this.tree?.add(...this.box(line));
    this.tree?.finish();
  }

  nearest({ lng, lat, zoom, tolerancePx }: PointerAt, shiftScale = 1): Nearest | null {
    if (this.tree === null) return null;
    const perPixel = degreesPerPixel(zoom);
    const y = mercatorY(lat);
    const reach = (tolerancePx + this.largestShift() * shiftScale) * perPixel;
    let best: Nearest | null = null;
    for (const index of this.tree.search(lng - reach, y - reach, lng + reach, y + reach)) {
      const distancePx = this.distance(index, { x: lng, y, perPixel, shiftScale });
      if (distancePx <= tolerancePx && (best === null || distancePx < best.distancePx)) best = { index, distancePx };
    }
    return best;
  }

  private box(line: number): [number, number, number, number] {
    let [minX, minY, maxX, maxY] = [Infinity, Infinity, -Infinity, -Infinity];
    for (let p = this.start(line); p < this.start(line + 1); p += 1) {
      const [x, y] = this.point(p);
      minX = Math.min(minX, x);
      maxX = Math.max(maxX, x);
      minY = Math.min(minY, y);
      maxY = Math.max(maxY, y);
    }
    return [minX, minY, maxX, maxY];
  }

  private distance(
    line: number,
    { x, y, perPixel, shiftScale }: { x: number; y: number; perPixel: number; shiftScale: number },
  ): number {
    const shift = (this.shiftPx?.[line] ?? 0) * shiftScale;
    let best = Infinity;
    for (let p = this.start(line); p + 1 < this.start(line + 1); p += 1) {
      const [ax, ay] = this.point(p);
      const [bx, by] = this.point(p + 1);
      best = Math.min(
        best,
        segmentDistance(
          (x - ax) / perPixel,
          (y - ay) / perPixel,
          (bx - ax) / perPixel,
          (by - ay) / perPixel,
          shift,
        ),
      );
    }
    return best;
  }

  private start(line: number): number {
    return this.paths.starts[line] ?? 0;
  }

  private point(p: number): [number, number] {
    return [this.xy[2 * p] ?? Number.NaN, this.xy[2 * p + 1] ?? Number.NaN];
  }

  private largestShift(): number {
    return this.shiftPx?.reduce((a, b) => Math.max(a, Math.abs(b)), 0) ?? 0;
  }
}

/** Distance of point (px, py) to the segment (0,0)-(bx, by) moved `shift` to its right; y points north. */
function segmentDistance(px: number, py: number, bx: number, by: number, shift: number): number {
  const length = Math.hypot(bx, by);
  if (length === 0) return Math.hypot(px, py);
  const along = Math.min(length, Math.max(0, (px * bx + py * by) / length));
  const ux = bx / length;
  const uy = by / length;
  return Math.hypot(px - along * ux - shift * uy, py - along * uy + shift * ux);
}
