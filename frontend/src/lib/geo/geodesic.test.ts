import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { areaM2, circleRing, destination, distanceM, legsM, lengthM, metresPerPixel } from './geodesic';
import type { Position } from './geodesic';

/** Reference figures: PROJ's implementation of GeographicLib, `pyproj.Geod(ellps="WGS84")` 3.7.2. */
const HOUSTON: Position = [-95.3698, 29.7604];
const GALVESTON: Position = [-94.7977, 29.3013];

describe('distance', () => {
  it.each<[Position, Position, number]>([
    [HOUSTON, GALVESTON, 75267.32524809112],
    [[-73.8, 40.6], [2.55, 49.0167], 5853224.891492788],
    [[0, 0], [1, 0], 111319.49079327357],
    [[0, 0], [0, 1], 110574.38855779878],
    [HOUSTON, [-95.36945, 29.7604], 33.851026242568835],
  ])('from %s to %s is that of GeographicLib to a millimetre', (from, to, expected) => {
    expect(Math.abs(distanceM(from, to) - expected)).toBeLessThan(0.001);
    expect(Math.abs(distanceM(to, from) - expected)).toBeLessThan(0.001);
  });

  it('is 0 to itself, goes the short way round, and is unknown to the other side of the Earth', () => {
    expect(distanceM(HOUSTON, HOUSTON)).toBe(0);
    expect(Math.abs(distanceM([179.5, 0], [-179.5, 0]) - 111319.49079327357)).toBeLessThan(0.001);
    expect(distanceM([0, 0], [180, 0.0001])).toBeNaN();
  });

  it('adds up over legs', () => {
    const way: Position[] = [HOUSTON, GALVESTON, HOUSTON];
    expect(legsM(way)).toHaveLength(2);
    expect(lengthM(way)).toBeCloseTo(2 * 75267.32524809112, 2);
    expect(lengthM([HOUSTON])).toBe(0);
  });
});

it('spans the equator in 512 pixels at zoom 0, and less toward the poles', () => {
  expect(metresPerPixel(0, 0)).toBeCloseTo((2 * Math.PI * 6_378_137) / 512, 3);
  expect(metresPerPixel(60, 12) / metresPerPixel(0, 12)).toBeCloseTo(0.5, 2);
});

describe('destination', () => {
  it('is that of GeographicLib', () => {
    const [lon, lat] = destination(HOUSTON, Math.PI / 3, 12345.678);
    expect(lon).toBeCloseTo(-95.25919316008692, 9);
    expect(lat).toBeCloseTo(29.816040738198218, 9);
  });

  it('is as far away as one went', () => {
    const place = fc.tuple(fc.double({ min: -180, max: 180, noNaN: true }), fc.double({ min: -80, max: 80, noNaN: true }));
    fc.assert(
      fc.property(place, fc.double({ min: 0, max: 6.28, noNaN: true }), fc.double({ min: 0.1, max: 2e6, noNaN: true }), (from, azimuth, metres) => {
        expect(Math.abs(distanceM(from, destination(from, azimuth, metres)) - metres)).toBeLessThan(0.001);
      }),
    );
  });
});

describe('area', () => {
  it.each<[string, Position[], number]>([
    ['a degree by a degree', [[-96, 29], [-95, 29], [-95, 30], [-96, 30]], 10748075841.854004],
    ['a part of a city', [[-95.4, 29.74], [-95.36, 29.73], [-95.33, 29.77], [-95.38, 29.8]], 29483615.585417747],
    ['most of a state', [[-106.6, 31.8], [-93.5, 31.2], [-97.1, 25.9]], 386140106975.3843],
    ['a yard', [[-95.37, 29.76], [-95.3695, 29.76], [-95.3695, 29.7605], [-95.37, 29.7605]], 2680.241491317749],
  ])('of %s is that of GeographicLib to a hundred-millionth', (_name, ring, expected) => {
    expect(Math.abs(areaM2(ring) / expected - 1)).toBeLessThan(1e-8);
    expect(areaM2([...ring].reverse()) / areaM2(ring)).toBeCloseTo(1, 8);
    expect(areaM2([...ring, ...ring.slice(0, 1)]) / areaM2(ring)).toBeCloseTo(1, 12);
  });

  it('is nothing of a line', () => {
    expect(areaM2([HOUSTON, GALVESTON])).toBeLessThan(1);
    expect(areaM2([])).toBe(0);
  });
});

describe('a circle', () => {
  it('keeps its distance and is closed', () => {
    const ring = circleRing(HOUSTON, 2500);
    expect(ring[0]).toEqual(ring.at(-1));
    for (const each of ring) expect(Math.abs(distanceM(HOUSTON, each) - 2500)).toBeLessThan(0.001);
    // A regular polygon of 96 corners holds 0.9993 of its circle.
    expect(areaM2(ring) / (Math.PI * 2500 ** 2)).toBeCloseTo((96 / (2 * Math.PI)) * Math.sin((2 * Math.PI) / 96), 5);
  });
});
