import { describe, expect, it } from 'vitest';

import { worstStatus } from './CellCard';
import { cellAt, heatArea, isInCell, polygonOf, resolutionAt } from './cells';
import { heatColour, heatScale, quantileBounds } from './scale';

/** A cell with four corners: what is asked of cells here does not depend on how many they have. */
const square = (west: number, south: number, side: number) => ({
  cell: `${west}`,
  lon: west + side / 2,
  lat: south + side / 2,
  corners: [west, south, west + side, south, west + side, south + side, west, south + side],
  value: 1,
  rowCount: 1,
  knownCount: 1,
});

describe('cells of the heatmap', () => {
  it('are finer the closer one looks, and of what is in view once they are many', () => {
    expect([3, 8, 9.5, 11, 12, 20].map(resolutionAt)).toEqual([4, 5, 6, 7, 8, 10]);
    const bounds = [-95.5, 29.6, -95.3, 29.8] as const;
    expect(heatArea({ bounds }, 7)).toBeNull();
    const [west = 0, south = 0, east = 0, north = 0] = heatArea({ bounds }, 8)?.bbox ?? [];
    expect(west <= -95.5 && south <= 29.6 && east >= -95.3 && north >= 29.8).toBe(true);
  });

  it('are found by the place inside them', () => {
    const cells = [square(0, 0, 1), square(1, 0, 1)];
    expect(cellAt(cells, 1.5, 0.5)?.cell).toBe('1');
    expect(cellAt(cells, 2.5, 0.5)).toBeNull();
    expect(isInCell(square(0, 0, 1), 0.5, 1.5)).toBe(false);
  });

  it('close their ring as GeoJSON wants it', () => {
    const ring = polygonOf(square(0, 0, 1)).coordinates[0];
    expect(ring).toHaveLength(5);
    expect(ring?.[0]).toEqual(ring?.at(-1));
  });
});

describe('the scale of the heatmap', () => {
  it('has bounds that mean something where there are such', () => {
    const scale = heatScale('PEAK_LOADING', '%', [10, 130, null], 'dark');
    expect(scale.classes.map(({ label }) => label)).toEqual(['0 to 40', '40 to 60', '60 to 80', '80 to 100', '100 to 120', '120% and more']);
    expect(heatColour(scale, 130)).toEqual(scale.classes[5]?.colour);
    expect(heatColour(scale, 39.9)).toEqual(scale.classes[0]?.colour);
  });

  it('has about as many cells in each class else, and few classes for few values', () => {
    expect(quantileBounds([1, 2, 3, 4, 5, 6], 3)).toEqual([1, 3, 5]);
    expect(heatScale('METERS', 'meters', [5, 5, 5], 'dark').classes.map(({ from }) => from)).toEqual([5]);
    expect(heatScale('METERS', 'meters', [], 'dark').classes).toEqual([]);
  });

  it('takes unknown for no value', () => {
    const scale = heatScale('METERS', 'meters', [0, 10, null], 'light');
    expect(heatColour(scale, null)).toEqual(scale.unknown);
    expect(heatColour(scale, 0)).not.toEqual(scale.unknown);
  });
});

describe('the worst status in a cell', () => {
  const quiet = { peak: { maximum: 50 }, health: { minimum: 90 }, outages: { rowCount: 0 }, without: { maximum: 0 } };
  it.each([
    [{ outages: { rowCount: 2 }, peak: { maximum: 130 } }, '2 active outages'],
    [{ without: { maximum: 3 } }, 'customers without supply'],
    [{ peak: { maximum: 130 } }, 'overloaded at peak'],
    [{ peak: { maximum: 95 } }, 'heavily loaded at peak'],
    [{ peak: { maximum: null } }, 'unknown'],
    [{}, 'normal'],
  ])('%o is %s', (change, words) => {
    expect(worstStatus({ ...quiet, ...change })).toBe(words);
  });
});
