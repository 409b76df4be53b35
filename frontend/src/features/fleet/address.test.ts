import { describe, expect, it } from 'vitest';

import { decodeFleet, DEFAULT_FLEET, encodeFleet, healthFilter, healthOrdering } from './address';
import type { FleetView } from './address';
import { BANDS, CLASSES } from './bands';
import { countsOf, distributionOption, distributionVariables, distributionWords } from './distribution';

const FULL: FleetView = {
  view: 'maintenance',
  assetClass: 'POLE',
  band: 'NONE',
  within: 'CKT-40733-01',
  text: 'a b&c',
  sort: 'failuresPerYear',
  isDescending: true,
};

describe('the address of the fleet', () => {
  it('says what is shown, and nothing of what is usual', () => {
    expect(encodeFleet(DEFAULT_FLEET)).toBe('');
    expect(decodeFleet('')).toEqual(DEFAULT_FLEET);
    expect(decodeFleet(encodeFleet(FULL))).toEqual(FULL);
  });

  it('drops what is malformed', () => {
    expect(decodeFleet('?view=x&class=TREE&band=HI9&in=XFMR-1&sort=size&dir=up')).toEqual(DEFAULT_FLEET);
    expect(decodeFleet(`?q=${'9'.repeat(500)}`).text).toHaveLength(80);
  });
});

describe('what is asked', () => {
  it('joins all that is looked for; without a band is without an index', () => {
    expect(healthFilter(FULL)).toEqual({
      assetKind: { exact: 'POLE' },
      band: { isNull: true },
      onCircuitId: { exact: 'CKT-40733-01' },
      assetId: { iContains: 'a b&c' },
    });
    expect(healthFilter({ ...DEFAULT_FLEET, within: 'SUB-4', band: 'HI5' })).toEqual({
      band: { exact: 'HI5' },
      inSubstationId: { exact: 'SUB-4' },
    });
    expect(healthFilter({ ...DEFAULT_FLEET, text: '  ' })).toEqual({});
  });

  it('lists the unknown last, whichever way', () => {
    expect(healthOrdering({ sort: 'healthIndex', isDescending: false })[0]).toEqual({ healthIndex: 'ASC_NULLS_LAST' });
    expect(healthOrdering({ sort: 'healthIndex', isDescending: true })[0]).toEqual({ healthIndex: 'DESC_NULLS_LAST' });
  });
});

describe('the distribution', () => {
  const variables = distributionVariables({ within: 'SUB-4', text: '' });
  type Answer = Parameters<typeof countsOf>[0];
  /** A count for each of the 24 questions that is told by what was asked, not by the name it has. */
  const answer = Object.fromEntries(
    Object.entries(variables).map(([name, filter]) => {
      const classAt = CLASSES.findIndex((each) => each === filter.assetKind?.exact);
      const bandAt = filter.band?.isNull === true ? 5 : BANDS.findIndex((each) => each === filter.band?.exact);
      return [name, { totalCount: classAt === 3 ? 0 : classAt * 100 + bandAt + 1 }];
    }),
  ) as unknown as Answer;
  const classes = countsOf(answer);

  it('asks for each class and band once, within the place looked at', () => {
    expect(Object.keys(variables)).toHaveLength(24);
    expect(Object.values(variables).every((filter) => filter.inSubstationId?.exact === 'SUB-4')).toBe(true);
    expect(classes.map((each) => each.counts)).toEqual([
      { HI1: 1, HI2: 2, HI3: 3, HI4: 4, HI5: 5, NONE: 6 },
      { HI1: 101, HI2: 102, HI3: 103, HI4: 104, HI5: 105, NONE: 106 },
      { HI1: 201, HI2: 202, HI3: 203, HI4: 204, HI5: 205, NONE: 206 },
      { HI1: 0, HI2: 0, HI3: 0, HI4: 0, HI5: 0, NONE: 0 },
    ]);
    expect(classes.map((each) => each.total)).toEqual([21, 621, 1221, 0]);
  });

  it('draws shares that fill the bar, and leaves out classes without assets', () => {
    const series = distributionOption(classes, 'dark').series as { name: string; data: number[] }[];
    expect(series.map((each) => each.name).at(-1)).toBe('not known');
    expect(series.every((each) => each.data.length === 3)).toBe(true);
    for (const bar of [0, 1, 2]) expect(series.reduce((sum, each) => sum + (each.data[bar] ?? 0), 0)).toBeCloseTo(100, 9);
    expect(series[0]?.data[0]).toBeCloseTo(100 / 21, 9);
    expect(distributionWords(classes)).toContain('Poles: 101 HI1 good or as new');
    expect(distributionWords(classes)).not.toContain('Substations');
  });
});
