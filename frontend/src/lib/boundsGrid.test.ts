import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { requestBounds, withBounds } from './boundsGrid';
import type { Bounds } from './boundsGrid';

const anyView: fc.Arbitrary<Bounds> = fc
  .record({
    west: fc.double({ min: -179, max: 170, noNaN: true }),
    south: fc.double({ min: -80, max: 75, noNaN: true }),
    width: fc.double({ min: 0.001, max: 9, noNaN: true }),
    height: fc.double({ min: 0.001, max: 9, noNaN: true }),
  })
  .map(({ west, south, width, height }) => [west, south, west + width, south + height] as const);

describe('the area asked of the server', () => {
  it('holds the view with its padding and is not wastefully larger', () => {
    fc.assert(
      fc.property(anyView, (view) => {
        const area = requestBounds(view);
        expect(area[0]).toBeLessThanOrEqual(view[0]);
        expect(area[1]).toBeLessThanOrEqual(view[1]);
        expect(area[2]).toBeGreaterThanOrEqual(view[2]);
        expect(area[3]).toBeGreaterThanOrEqual(view[3]);
        const side = Math.max(view[2] - view[0], view[3] - view[1]);
        expect(area[2] - area[0]).toBeLessThanOrEqual(1.5 * (view[2] - view[0]) + side + 1e-9);
      }),
    );
  });

  it('stays inside the world', () => {
    expect(requestBounds([-179.9, -89.9, 179.9, 89.9])).toEqual([-180, -90, 180, 90]);
  });

  it('is the same for small pans, so that caches are hit', () => {
    const a = requestBounds([-95.4, 29.7, -95.3, 29.76]);
    const b = requestBounds([-95.399, 29.701, -95.299, 29.761]);
    expect(a).toEqual(b);
  });

  it('is written with at most six decimals', () => {
    expect(withBounds('/columns/lines', [-95.40000001, 29.5, -95, 30])).toBe('/columns/lines?bbox=-95.4,29.5,-95,30');
    expect(withBounds('/c?x=1', [0, 0, 1, 1])).toBe('/c?x=1&bbox=0,0,1,1');
  });
});
