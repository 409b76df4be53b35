import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { degreesPerPixel, mercatorY } from './mercator';
import { PathIndex } from './pathIndex';
import { PointIndex } from './pointIndex';

/** Pixels of a place at zoom 10, from the Web Mercator formula written out anew. */
function pixel(lon: number, lat: number, zoom: number): [number, number] {
  const world = 512 * 2 ** zoom;
  const y = Math.asinh(Math.tan((lat * Math.PI) / 180));
  return [(world * (lon + 180)) / 360, (world * (1 - y / Math.PI)) / 2];
}

const place = fc.record({
  lon: fc.double({ min: -95.5, max: -95.2, noNaN: true }),
  lat: fc.double({ min: 29.6, max: 29.9, noNaN: true }),
});

describe('Mercator', () => {
  it('agrees with the textbook formula', () => {
    const [x, y] = pixel(-95.37, 29.76, 10);
    const [x0, y0] = pixel(0, 0, 10);
    const perPixel = degreesPerPixel(10);
    expect((-95.37 - 0) / perPixel).toBeCloseTo(x - x0, 6);
    expect(mercatorY(29.76) / perPixel).toBeCloseTo(y0 - y, 6);
  });
});

describe('the point under the pointer', () => {
  it('is the one a search over all points finds', () => {
    fc.assert(
      fc.property(fc.array(place, { minLength: 1, maxLength: 40 }), place, (points, at) => {
        const radii = Float32Array.from(points, (_, i) => 2 + (i % 5));
        const index = new PointIndex(
          Float64Array.from(points, (point) => point.lon),
          Float64Array.from(points, (point) => point.lat),
          radii,
        );
        const zoom = 10;
        const [px, py] = pixel(at.lon, at.lat, zoom);
        const distances = points.map((point, i) => {
          const [x, y] = pixel(point.lon, point.lat, zoom);
          return Math.max(0, Math.hypot(x - px, y - py) - (radii[i] ?? 0) * 1.5);
        });
        const nearest = Math.min(...distances);
        const found = index.nearest({ lng: at.lon, lat: at.lat, zoom, tolerancePx: 5 }, 1.5);
        if (nearest > 5.001) expect(found).toBeNull();
        else if (nearest < 4.999) expect(found?.distancePx).toBeCloseTo(nearest, 4);
      }),
    );
  });

  it('is none where there are no points', () => {
    const index = new PointIndex(new Float64Array(0), new Float64Array(0), 3);
    expect(index.nearest({ lng: 0, lat: 0, zoom: 5, tolerancePx: 5 })).toBeNull();
  });
});

describe('the line under the pointer', () => {
  const zoom = 10;
  const paths = {
    coords: Float64Array.of(-95.4, 29.7, -95.3, 29.7, -95.4, 29.8, -95.3, 29.8),
    starts: Uint32Array.of(0, 2, 4),
  };

  it('is the one a search over sampled points of all lines finds', () => {
    fc.assert(
      fc.property(fc.array(fc.array(place, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 12 }), place, (lines, at) => {
        const starts = Uint32Array.of(0, ...lines.map((_, i) => lines.slice(0, i + 1).flat().length));
        const index = new PathIndex({ coords: Float64Array.from(lines.flat().flatMap((p) => [p.lon, p.lat])), starts });
        const [px, py] = pixel(at.lon, at.lat, zoom);
        const sampled = lines.map((line) =>
          Math.min(
            ...line.slice(1).flatMap((to, i) => {
              const [ax, ay] = pixel(line[i]?.lon ?? 0, line[i]?.lat ?? 0, zoom);
              const [bx, by] = pixel(to.lon, to.lat, zoom);
              return Array.from({ length: 1001 }, (_, s) =>
                Math.hypot(ax + ((bx - ax) * s) / 1000 - px, ay + ((by - ay) * s) / 1000 - py),
              );
            }),
          ),
        );
        const nearest = Math.min(...sampled);
        const found = index.nearest({ lng: at.lon, lat: at.lat, zoom, tolerancePx: 6 });
        if (nearest > 6.5) expect(found).toBeNull();
        else if (nearest < 5.5) expect(found?.distancePx).toBeCloseTo(nearest, 0);
      }),
      { numRuns: 60 },
    );
  });

  it('is sought where a shifted line is drawn', () => {
    const index = new PathIndex(paths, Float32Array.of(20, 0));
    const perPixel = degreesPerPixel(zoom);
    // The first line runs east, so its right is south: 20 px lower.
    const south = 29.7 - 20 * perPixel * Math.cos((29.7 * Math.PI) / 180);
    expect(index.nearest({ lng: -95.35, lat: south, zoom, tolerancePx: 3 })?.index).toBe(0);
    expect(index.nearest({ lng: -95.35, lat: 29.7, zoom, tolerancePx: 3 })).toBeNull();
    expect(index.nearest({ lng: -95.35, lat: 29.7, zoom, tolerancePx: 3 }, 0)?.index).toBe(0);
  });

  it('is none where there are no lines', () => {
    const index = new PathIndex({ coords: new Float64Array(0), starts: Uint32Array.of(0) });
    expect(index.nearest({ lng: 0, lat: 0, zoom, tolerancePx: 3 })).toBeNull();
  });
});
