import KDBush from 'kdbush';

import { degreesPerPixel, mercatorY } from './mercator';

export interface Nearest {
  index: number;
  /** Distance from the pointer to the drawn shape, pixels; 0 inside it. */
  distancePx: number;
}

export interface PointerAt {
  lng: number;
  lat: number;
  zoom: number;
  tolerancePx: number;
}

/** Finds the drawn point under the pointer without asking the GPU. */
export class PointIndex {
  private readonly tree: KDBush;
  private readonly y: Float64Array;

  constructor(
    private readonly lon: Float64Array,
    lat: Float64Array,
    /** Drawn radius of each point in pixels, or of all. */
    private readonly radiusPx: Float32Array | number,
  ) {
    this.y = Float64Array.from(lat, mercatorY);
    this.tree = new KDBush(lon.length);
    for (let i = 0; i < lon.length; i += 1) this.tree.add(lon[i] ?? Number.NaN, this.y[i] ?? Number.NaN);
    this.tree.finish();
  }

  nearest({ lng, lat, zoom, tolerancePx }: PointerAt, radiusScale = 1): Nearest | null {
    const perPixel = degreesPerPixel(zoom);
    const y = mercatorY(lat);
    const largest = typeof this.radiusPx === 'number' ? this.radiusPx : maximum(this.radiusPx);
    const reach = (largest * radiusScale + tolerancePx) * perPixel;
    let best: Nearest | null = null;
    for (const index of this.tree.within(lng, y, reach)) {
      const dx = ((this.lon[index] ?? Number.NaN) - lng) / perPixel;
      const dy = ((this.y[index] ?? Number.NaN) - y) / perPixel;
      const radius = (typeof this.radiusPx === 'number' ? this.radiusPx : (this.radiusPx[index] ?? 0)) * radiusScale;
      const distancePx = Math.max(0, Math.hypot(dx, dy) - radius);
      if (distancePx <= tolerancePx && (best === null || distancePx < best.distancePx)) best = { index, distancePx };
    }
    return best;
  }
}

const maxima = new WeakMap<Float32Array, number>();

function maximum(values: Float32Array): number {
  let found = maxima.get(values);
  if (found === undefined) {
    found = values.reduce((a, b) => Math.max(a, b), 0);
    maxima.set(values, found);
  }
  return found;
}
