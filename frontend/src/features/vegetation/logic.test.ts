import { describe, expect, it } from 'vitest';

import { decodeAddress, DEFAULT_ADDRESS, readCycles, withAddress } from './address';
import { roundedBounds, scopeOf } from './area';
import { outlookBars } from './charts';
import { heatColour, resolutionAt } from './heat';
import { clusterLayers, heatLayers, selectedTreeLayers, spanLayers, treeLayers } from './layers';
import { LEVELS, lookOf, urgency } from './levels';
import { markAt, middleOf, nearestOn, ringAround } from './place';
import type { Span } from './queries';
import { marksOf } from './useTreeMarks';
import { clearanceWords, figure, onceIn, spanReasons, stepName, stepValue, yearsWords } from './words';

const STYLE = { zoom: 14, placement: {} };

const SPAN: Span = {
  lineId: 'LINE-1',
  lineKind: 'SECTION',
  circuitId: 'CKT-1',
  deviceId: 'SW-9',
  customers: 120,
  outageMin: 90.4,
  isRouteApproximate: false,
  route: {},
  level: 'HIGH',
  growInLevel: 'HIGH',
  fallInLevel: 'LOW',
  clearanceM: 3.05,
  clearanceDeficitM: 0.61,
  treeCount: 3,
  strikingCount: 2,
  encroachingCount: 1,
  earliestYears: 0,
  strikesPerYear: 0.002,
  customerMinutesPerYear: 21.7,
  customerMinutesLow: 2,
  customerMinutesHigh: 200,
};

describe('the address', () => {
  it('keeps what was chosen and drops what is usual', () => {
    const address = { ...DEFAULT_ADDRESS, tab: 'cycle' as const, circuit: 'CKT-7', level: 'HIGH' as const, isInView: true, cycles: [3, 4.5], usdPerCrewH: 250 };
    const search = withAddress('?at=-95,29,10', address);
    expect(search).toBe('?at=-95,29,10&tab=cycle&circuit=CKT-7&level=HIGH&in=view&cycles=3,4.5&crewUsd=250');
    expect(decodeAddress(search)).toEqual(address);
    expect(withAddress('', DEFAULT_ADDRESS)).toBe('');
  });

  it('drops what is malformed', () => {
    const found = decodeAddress('?tab=x&level=WORST&circuit=%27%20OR&cycles=0.1,99&room=-3&crewUsd=lots&span=');
    expect(found).toEqual(DEFAULT_ADDRESS);
  });

  it('reads cycles in order and each once', () => {
    expect(readCycles('6, 2;4  2')).toEqual([2, 4, 6]);
    expect(readCycles('')).toBeNull();
    expect(readCycles('4, x')).toBeNull();
    expect(readCycles(Array.from({ length: 13 }, (_, i) => i + 1).join())).toBeNull();
  });

  it('asks for the part in view only where that is wanted', () => {
    const bounds = [-95.1234567, 29, -95, 30] as const;
    expect(scopeOf({ circuit: null, isInView: false }, bounds).area).toBeNull();
    expect(scopeOf({ circuit: 'C', isInView: true }, null)).toEqual({ area: null, circuitId: 'C' });
    expect(scopeOf({ circuit: null, isInView: true }, bounds).area).toEqual({ bbox: [-95.12346, 29, -95, 30] });
    expect(roundedBounds([-0.0000001, 0, 1, 1])[0]).toBe(-0);
  });
});

describe('words', () => {
  it('say what is known, and a dash for what is not', () => {
    expect(yearsWords(0)).toBe('now');
    expect(yearsWords(null)).toBe('–');
    expect(clearanceWords(-3.048, 'us')).toBe('10.0\u00a0ft off');
    expect(clearanceWords(0.5, 'metric')).toBe('0.5\u00a0m inside');
    expect(onceIn(0.002)).toBe('once in 500 years');
    expect(onceIn(null)).toBe('–');
    expect(figure(0.00042)).toBe('4.2e-4');
    expect(stepValue({ value: 3.048, unit: 'm' }, 'us')).toBe('10.00\u00a0ft');
    expect(stepValue({ value: null, unit: 'm' }, 'us')).toBe('–');
    expect(stepName('lowest_m')).toBe('Lowest');
  });

  it('give the reasons of a span', () => {
    expect(spanReasons(SPAN, 'us')).toEqual([
      '1 tree within the clearance of 10.0\u00a0ft, the deepest by 2.0\u00a0ft.',
      '2 trees can fall on it, together expected once in 500 years.',
      'A fault opens SW-9: 120 customers without supply for about 90\u00a0min.',
    ]);
    const branch: Span = { ...SPAN, lineKind: 'BRANCH', customers: null, encroachingCount: 0, earliestYears: 2.5, isRouteApproximate: true };
    const reasons = spanReasons(branch, 'metric').join(' ');
    expect(reasons).toContain('comes within the clearance of 3.1\u00a0m in 2.5\u00a0y');
    expect(reasons).toContain('the system is meshed');
    expect(reasons).toContain('no real corridor');
  });

  it('order levels with the unknown last, each with a sign of its own', () => {
    expect(LEVELS.map((level) => urgency(level))).toEqual([5, 4, 3, 2, 1]);
    expect(urgency(null)).toBeNull();
    expect(new Set(LEVELS.map((level) => lookOf(level).sign)).size).toBe(LEVELS.length);
    const radii = LEVELS.map((level) => lookOf(level).radiusPx);
    expect(radii).toEqual(radii.toSorted((one, other) => other - one));
  });
});

describe('places', () => {
  // At 60 degrees north a degree of longitude is half as long as one of latitude.
  const at = [10, 60] as const;

  it('rings are round in metres', () => {
    const ring = ringAround(at, 1113.2);
    expect(ring[0]?.[0]).toBeCloseTo(10.02, 4);
    expect(ring[18]?.[1]).toBeCloseTo(60.01, 6);
    expect(ring[0]).toEqual(ring.at(-1));
  });

  it('the nearest place of a line is at its side or at its end', () => {
    const line = [[[10.01, 59], [10.01, 61]]] as const;
    const beside = nearestOn(line, at);
    expect(beside?.at[1]).toBeCloseTo(60, 9);
    expect(beside?.distanceM).toBeCloseTo(556.6, 1);
    expect(nearestOn([[[10, 61], [10, 62]]], at)?.distanceM).toBeCloseTo(111_320, 0);
    expect(nearestOn([], at)).toBeNull();
  });

  it('the middle is half of the length', () => {
    expect(middleOf([[[0, 0], [0, 1], [0, 4]]])?.[1]).toBeCloseTo(2, 9);
    expect(middleOf([])).toBeNull();
  });

  it('a click finds the nearest mark within some pixels', () => {
    const marks = marksOf([
      { assetId: 'A', lon: 10, lat: 60, level: 'LOW' },
      { assetId: 'B', lon: 10.001, lat: 60, level: 'HIGH' },
    ]);
    const found = (lng: number, zoom: number): string | undefined => marks.ids[markAt(marks, { lng, lat: 60, zoom }, 9)];
    expect(found(10.0001, 15)).toBe('A');
    expect(found(10.0009, 15)).toBe('B');
    expect(found(10.0005, 18)).toBeUndefined();
  });
});

describe('what is drawn', () => {
  it('has the worst trees on top, larger than the others', () => {
    const marks = marksOf([
      { assetId: 'C', lon: 0, lat: 0, level: 'CRITICAL' },
      { assetId: 'U', lon: 0, lat: 0, level: null },
      { assetId: 'L', lon: 0, lat: 0, level: 'LOW' },
    ]);
    expect(marks.ids).toEqual(['U', 'L', 'C']);
    expect(treeLayers(marks, STYLE).map(({ id }) => id)).toEqual(['vegetation-critical', 'vegetation-trees']);
    // From afar rings of thousands would hide each other, and what lies below.
    const [far, ...more] = treeLayers(marks, { ...STYLE, zoom: 10 });
    expect(more).toEqual([]);
    expect(far?.props).toMatchObject({ id: 'vegetation-trees', radiusScale: 0.4 });
    const low = marksOf([{ assetId: 'L', lon: 0, lat: 0, level: 'LOW' }]);
    expect(treeLayers(low, STYLE).map(({ id }) => id)).toEqual(['vegetation-trees']);
    expect(treeLayers(marksOf([]), STYLE)).toEqual([]);
  });

  it('rings a tree by its height and leads to the lines that are known', () => {
    const tree = { lon: -95, lat: 29, heightM: 18, level: 'HIGH' };
    const route = { type: 'LineString', coordinates: [[-95.001, 29], [-95.001, 29.1]] };
    const ids = (threats: Parameters<typeof selectedTreeLayers>[1], heightM: number | null): string[] =>
      selectedTreeLayers({ ...tree, heightM }, threats, STYLE).map(({ id }) => id);
    expect(ids({ growIn: null, fallIn: route }, 18)).toEqual(['vegetation-near-ring', 'vegetation-fall-ring', 'vegetation-threats', 'vegetation-tree']);
    expect(ids({ growIn: null, fallIn: null }, null)).toEqual(['vegetation-near-ring', 'vegetation-tree']);
    expect(spanLayers(route, STYLE)).toHaveLength(1);
    expect(spanLayers(null, STYLE)).toEqual([]);
  });

  it('leaves cells of nothing clear', () => {
    const boundary = { type: 'Polygon', coordinates: [[[0, 0], [0, 1], [1, 1], [0, 0]]] };
    const cell = { cell: 'a', value: 0, treeCount: 1, boundary };
    expect(heatLayers([cell], STYLE)).toEqual([]);
    const [layer] = heatLayers([cell, { ...cell, cell: 'b', value: 4 }], STYLE);
    expect((layer?.props.data as unknown[]).length).toBe(1);
    const cluster = { treeCount: 6, urgentCount: 1, level: 'HIGH', customerMinutesPerYear: 3, lon: 0, lat: 0, outline: boundary, circuitIds: [] };
    expect(clusterLayers([cluster], STYLE).map(({ id }) => id)).toEqual(['vegetation-hulls', 'vegetation-clusters']);
  });

  it('gives brighter colours to more, and finer cells to a closer look', () => {
    const sum = (share: number): number => heatColour(share).reduce((total, part) => total + part, 0);
    expect([0, 0.25, 0.5, 1].map(sum)).toEqual([0, 0.25, 0.5, 1].map(sum).toSorted((one, other) => one - other));
    expect(resolutionAt(3)).toBe(4);
    expect(resolutionAt(22)).toBe(11);
  });
});

it('bars of the outlook name their years and count every tree', () => {
  const total = { key: null, label: null, treeCount: 12, overdueCount: 1, dueCounts: [2, 3, 4], neverCount: 1, unknownCount: 1 };
  const bars = outlookBars(total, [1, 4]);
  expect(bars.map(({ label }) => label)).toEqual(['Overdue', '0–1', '1–4', '> 4', 'Never', 'Unknown']);
  expect(bars.reduce((sum, { count }) => sum + count, 0)).toBe(12);
});
