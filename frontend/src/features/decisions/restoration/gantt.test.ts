import { describe, expect, it } from 'vitest';

import { crewRows, hourTicks, moved, neighbour, restoredCurve, showing, verifiedCurve, wholeSpan, zoomed } from './gantt';
import { step } from './testPlan';

const STEPS = [
  step({ sequence: 1, assetId: 'A', crew: 2, startsH: 0, finishedH: 3, energisedH: 3, customers: 100, verifiedRestoredMw: 20 }),
  step({ sequence: 2, assetId: 'B', crew: 1, startsH: 0, finishedH: 5, energisedH: 9, customers: 40, verifiedRestoredMw: 25 }),
  step({ sequence: 3, assetId: 'C', crew: 2, startsH: 3.5, leavesH: 3, finishedH: 9, energisedH: 9, customers: null, parentId: 'B', verifiedRestoredMw: 60 }),
];

describe('jobs over time', () => {
  it('are rows by crew, in the order of time', () => {
    expect(crewRows(STEPS).map(({ crew, steps }) => [crew, steps.map(({ assetId }) => assetId)])).toEqual([
      [1, ['B']],
      [2, ['A', 'C']],
    ]);
    expect(wholeSpan(STEPS)).toEqual({ fromH: 0, toH: 9.18 });
  });

  it('are found by arrows', () => {
    const rows = crewRows(STEPS);
    const [first, second, third] = STEPS;
    if (first === undefined || second === undefined || third === undefined) throw new Error('three jobs');
    expect(neighbour(rows, first, 'ArrowRight')).toBe(third);
    expect(neighbour(rows, third, 'ArrowRight')).toBe(third);
    expect(neighbour(rows, third, 'ArrowUp')).toBe(second);
    expect(neighbour(rows, second, 'ArrowDown')).toBe(first);
    expect(neighbour(rows, second, 'ArrowUp')).toBe(second);
  });

  it('are zoomed and moved within what there is', () => {
    const whole = { fromH: 0, toH: 10 };
    expect(zoomed(whole, whole, 0.5)).toEqual({ fromH: 2.5, toH: 7.5 });
    expect(zoomed({ fromH: 0, toH: 5 }, whole, 4)).toEqual(whole);
    expect(moved({ fromH: 6, toH: 9 }, whole, 0.5)).toEqual({ fromH: 7, toH: 10 });
    expect(moved({ fromH: 1, toH: 3 }, whole, -1)).toEqual({ fromH: 0, toH: 2 });
    const [, , third] = STEPS;
    if (third === undefined) throw new Error('three jobs');
    expect(showing({ fromH: 0, toH: 2 }, whole, third)).toEqual({ fromH: 5, toH: 7 });
  });

  it('have round hours below them', () => {
    expect(hourTicks({ fromH: 0, toH: 16 })).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16]);
    expect(hourTicks({ fromH: 3.1, toH: 4.1 })).toEqual([3.25, 3.5, 3.75, 4]);
    expect(hourTicks({ fromH: 0, toH: 5000 }).length).toBeLessThan(12);
  });
});

describe('what is back when', () => {
  it('adds up by time; what is not known adds nothing', () => {
    expect(restoredCurve(STEPS, 'energisedH', ({ customers }) => customers)).toEqual([
      [0, 0],
      [3, 100],
      [9, 140],
    ]);
  });

  it('is unknown where a time is not on record', () => {
    expect(restoredCurve([step({ p20H: null })], 'p20H', () => 1)).toBeNull();
  });

  it('as simulated is what was back in all after each repair', () => {
    expect(verifiedCurve(STEPS)).toEqual([
      [0, 0],
      [3, 20],
      [5, 25],
      [9, 60],
    ]);
    expect(verifiedCurve([step({})])).toBeNull();
  });
});
