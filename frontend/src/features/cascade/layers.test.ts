import { describe, expect, it } from 'vitest';

import type { BranchColumns, SubstationColumns } from '../../lib/columns/layers';
import { loadingClass } from '../../lib/loadingClasses';

import { compareLoading } from './LoadingComparison';
import { branchLook, cascadeLayers, lossesByWave } from './layers';
import { cascadeLegend, shownWaves } from './legend';
import type { CascadeResult } from './result';
import { DEAD_COLOUR, IN_SERVICE_COLOUR, INITIAL_OUTAGE_COLOUR, LOST_LOAD_COLOUR, OUT_COLOUR, waveColour } from './waveColours';

/** Rows of the map and of the result are in different orders, as they come from different queries. */
const BRANCHES = {
  ids: ['BR-1', 'BR-2', 'BR-3', 'BR-9'],
  coords: new Float64Array(16),
  fromIds: ['A', 'A', 'B', 'C'],
  toIds: ['B', 'C', 'C', 'D'],
  loadingPct: Float64Array.of(50, 70, 99, Number.NaN),
} as unknown as BranchColumns;
const SUBSTATIONS = {
  ids: ['SUB-1', 'SUB-2', 'SUB-3'],
  lon: Float64Array.of(-95, -96, -97),
  lat: Float64Array.of(29, 30, 31),
} as unknown as SubstationColumns;
const RESULT: CascadeResult = {
  branches: {
    ids: ['BR-3', 'BR-2', 'BR-1'],
    tripWave: Float64Array.of(2, 0, Number.NaN),
    flowMw: Float64Array.of(0, 0, 130),
    loadingPct: Float64Array.of(0, 0, 85),
  },
  substations: {
    ids: ['SUB-3', 'SUB-1', 'SUB-404'],
    lostMw: Float64Array.of(100, 25, 1),
    wave: Float64Array.of(2, 1, 1),
    isDead: Uint8Array.of(1, 0, 0),
  },
};

function colour(look: { colours: Uint8Array }, row: number): number[] {
  return [...look.colours.subarray(4 * row, 4 * row + 3)];
}

describe('lines in a wave', () => {
  it('show what has tripped so far, and the rest in service', () => {
    const first = branchLook(BRANCHES, RESULT, 'waves', 1, 2);
    expect(colour(first, 0)).toEqual([...IN_SERVICE_COLOUR]);
    expect(colour(first, 1)).toEqual([...INITIAL_OUTAGE_COLOUR]);
    expect(colour(first, 2)).toEqual([...IN_SERVICE_COLOUR]);
    const last = branchLook(BRANCHES, RESULT, 'waves', 2, 2);
    expect(colour(last, 2)).toEqual([...waveColour(2, 2)]);
  });

  it('are wider in the wave they trip in', () => {
    const during = branchLook(BRANCHES, RESULT, 'waves', 0, 2).widthsPx[1] ?? 0;
    const after = branchLook(BRANCHES, RESULT, 'waves', 1, 2).widthsPx[1] ?? 0;
    expect(during).toBeGreaterThan(after);
  });

  it('treat a line the run does not know as in service, of unknown loading', () => {
    expect(colour(branchLook(BRANCHES, RESULT, 'waves', 2, 2), 3)).toEqual([...IN_SERVICE_COLOUR]);
    expect(colour(branchLook(BRANCHES, RESULT, 'final', 2, 2), 3)).toEqual([...loadingClass(null).colour]);
  });

  it('show base loading before and final loading after, tripped lines apart', () => {
    expect(colour(branchLook(BRANCHES, RESULT, 'base', 2, 2), 2)).toEqual([...loadingClass(99).colour]);
    expect(colour(branchLook(BRANCHES, RESULT, 'final', 2, 2), 0)).toEqual([...loadingClass(85).colour]);
    expect(colour(branchLook(BRANCHES, RESULT, 'final', 2, 2), 2)).toEqual([...OUT_COLOUR]);
  });
});

describe('substations in a wave', () => {
  it('appear with the wave they lose load in', () => {
    expect(lossesByWave(SUBSTATIONS, RESULT, 0).rows).toEqual([]);
    expect(lossesByWave(SUBSTATIONS, RESULT, 1).rows).toEqual([0]);
    expect(lossesByWave(SUBSTATIONS, RESULT, 2).rows).toEqual([2, 0]);
  });

  it('tell dead from reduced', () => {
    const { outline, fill, radiiPx } = lossesByWave(SUBSTATIONS, RESULT, 2);
    expect([...outline.subarray(0, 3)]).toEqual([...DEAD_COLOUR]);
    expect([...outline.subarray(4, 7)]).toEqual([...LOST_LOAD_COLOUR]);
    expect(fill[3]).toBeGreaterThan(fill[7] ?? 255);
    expect(radiiPx[0]).toBeGreaterThan(radiiPx[1] ?? Infinity);
  });

  it('show a dead substation without load at the end only', () => {
    const result = { ...RESULT, substations: { ids: ['SUB-2'], lostMw: Float64Array.of(0), wave: Float64Array.of(Number.NaN), isDead: Uint8Array.of(1) } };
    expect(lossesByWave(SUBSTATIONS, result, 5).rows).toEqual([]);
    expect(lossesByWave(SUBSTATIONS, result, Infinity).rows).toEqual([1]);
  });
});

describe('layers of a run', () => {
  const style = { zoom: 7, placement: {}, colour: 'waves', wave: 1, lastWave: 2 } as const;

  it('have stable ids and need only what is loaded', () => {
    expect(cascadeLayers({ branches: BRANCHES, substations: SUBSTATIONS }, RESULT, style).map((layer) => layer.id)).toEqual([
      'cascade-branches',
      'cascade-substations',
    ]);
    expect(cascadeLayers({ branches: null, substations: null }, RESULT, style)).toEqual([]);
  });

  it('show the final loading whichever wave is chosen', () => {
    const colours = (wave: number) => {
      const [layer] = cascadeLayers({ branches: BRANCHES, substations: null }, RESULT, { ...style, colour: 'final', wave });
      return [...(layer?.props.data as { attributes: { getColor: { value: Uint8Array } } }).attributes.getColor.value];
    };
    expect(colours(0)).toEqual(colours(2));
  });
});

describe('the comparison of loading', () => {
  it("counts the lines of the run's interconnection before, after and out of service", () => {
    const { before, after, outCount } = compareLoading(BRANCHES, RESULT); // BR-9 lies in another one
    expect(Object.fromEntries(before)).toEqual({ light: 1, moderate: 1, heavy: 1 });
    expect(Object.fromEntries(after)).toEqual({ heavy: 1 });
    expect(outCount).toBe(2);
  });
});

describe('the legend of a run', () => {
  it('shows every wave of a short cascade and a spread of a long one', () => {
    expect(shownWaves(0)).toEqual([]);
    expect(shownWaves(1)).toEqual([1]);
    expect(shownWaves(4)).toEqual([1, 2, 3, 4]);
    expect(shownWaves(41)).toEqual([1, 11, 21, 31, 41]);
  });

  it('shows the colours that are drawn', () => {
    const items = cascadeLegend('waves', 2);
    expect(items.find((item) => item.label === 'Tripped in wave 2')?.colour).toEqual(waveColour(2, 2));
    expect(cascadeLegend('final', 2).map((item) => item.label)).toContain('out of service');
  });

  it('gives neighbouring waves different colours', () => {
    const colours = Array.from({ length: 12 }, (_, i) => waveColour(i, 11).join());
    expect(new Set(colours).size).toBe(12);
  });
});
