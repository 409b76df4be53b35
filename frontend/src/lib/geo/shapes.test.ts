import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { distanceM } from './geodesic';
import { areaInput, boundsOf, decodeShapes, encodeShapes, handlesOf, isWhole, MOST_RADIUS_M, outlineOf, rounded, withHandleAt } from './shapes';
import type { Shape, ShapeKind } from './shapes';

const CIRCLE: Shape = { kind: 'circle', points: [[-95.3698, 29.7604]], radiusM: 1500 };

const point = fc.tuple(fc.double({ min: -180, max: 180, noNaN: true }), fc.double({ min: -85, max: 85, noNaN: true }));
const many = (kind: ShapeKind, least: number, most = 12): fc.Arbitrary<Shape> =>
  fc.array(point, { minLength: least, maxLength: most }).map((points) => ({ kind, points, radiusM: null }));
const shape: fc.Arbitrary<Shape> = fc
  .oneof(
    many('distance', 2),
    many('area', 3),
    many('polygon', 3),
    many('rectangle', 2, 2),
    fc.tuple(point, fc.double({ min: 1, max: MOST_RADIUS_M, noNaN: true })).map(([at, radiusM]): Shape => ({ kind: 'circle', points: [at], radiusM })),
  )
  .map(rounded)
  .filter(isWhole);

describe('shapes in an address', () => {
  it('come back as they went', () => {
    fc.assert(
      fc.property(fc.array(shape, { maxLength: 8 }), (shapes) => {
        const text = encodeShapes(shapes);
        expect(decodeShapes(text)).toEqual(shapes);
        // Nothing in it needs an escape.
        expect(encodeURIComponent(text ?? '')).toBe(text ?? '');
      }),
    );
  });

  it('are short', () => {
    expect(encodeShapes([CIRCLE])).toHaveLength(16);
    expect(encodeShapes([])).toBeNull();
  });

  it('never break the page, whatever they are', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        for (const each of decodeShapes(text)) expect(isWhole(each)).toBe(true);
      }),
    );
    expect(decodeShapes('x.dAA.cAAAA.p!.c')).toEqual([]);
    expect(decodeShapes(`junk.${encodeShapes([CIRCLE]) ?? ''}`)).toEqual([CIRCLE]);
    // A million degrees east.
    expect(decodeShapes('c________AAAC')).toEqual([]);
  });
});

describe('a shape', () => {
  it('is asked about as the server takes it', () => {
    expect(areaInput(CIRCLE)).toEqual({ circle: { lon: -95.3698, lat: 29.7604, radiusM: 1500 } });
    expect(areaInput({ kind: 'rectangle', points: [[2, 5], [1, 7]], radiusM: null })).toEqual({ bbox: [1, 5, 2, 7] });
    expect(areaInput({ kind: 'polygon', points: [[0, 0], [1, 0], [1, 1]], radiusM: null })).toEqual({
      polygon: { type: 'Polygon', coordinates: [[[0, 0], [1, 0], [1, 1], [0, 0]]] },
    });
  });

  it('is whole only with enough of it', () => {
    expect(isWhole({ kind: 'distance', points: [[0, 0]], radiusM: null })).toBe(false);
    expect(isWhole({ kind: 'polygon', points: [[0, 0], [1, 1]], radiusM: null })).toBe(false);
    expect(isWhole({ kind: 'rectangle', points: [[0, 0], [0, 1]], radiusM: null })).toBe(false);
    expect(isWhole({ ...CIRCLE, radiusM: MOST_RADIUS_M + 1 })).toBe(false);
    expect(isWhole({ ...CIRCLE, radiusM: null })).toBe(false);
  });

  it('is taken by its handles: a circle by its centre and its edge', () => {
    const [centre, edge] = handlesOf(CIRCLE);
    expect(centre).toEqual([-95.3698, 29.7604]);
    expect(distanceM([-95.3698, 29.7604], edge ?? [0, 0])).toBeCloseTo(1500, 2);
    expect(edge?.[0]).toBeGreaterThan(-95.3698);
    expect(withHandleAt(CIRCLE, 1, [-95.3698, 29.7704]).radiusM).toBeCloseTo(distanceM([-95.3698, 29.7604], [-95.3698, 29.7704]), 6);
    expect(withHandleAt(CIRCLE, 0, [-95, 29])).toEqual({ kind: 'circle', points: [[-95, 29]], radiusM: 1500 });
    const way: Shape = { kind: 'distance', points: [[0, 0], [1, 1]], radiusM: null };
    expect(withHandleAt(way, 1, [2, 2]).points).toEqual([[0, 0], [2, 2]]);
  });

  it('has an outline and bounds', () => {
    expect(outlineOf({ kind: 'rectangle', points: [[2, 5], [1, 7]], radiusM: null })).toHaveLength(5);
    const [west, south, east, north] = boundsOf(CIRCLE);
    expect([west, south].every((value, i) => value < (CIRCLE.points[0]?.[i] ?? 0))).toBe(true);
    expect([east, north].every((value, i) => value > (CIRCLE.points[0]?.[i] ?? 0))).toBe(true);
  });
});
