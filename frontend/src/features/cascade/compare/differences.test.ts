import { describe, expect, it } from 'vitest';

import { differencesOf } from './differences';
import type { Comparison } from './queries';

const COMPARISON: Comparison = {
  firstId: '1', secondId: '2', isSameResult: false, isSameNetwork: true,
  measures: [
    { name: 'total_shed_mw', first: 100, second: 130, change: 30 },
    { name: 'customers_out', first: null, second: 12, change: null },
    { name: 'new_measure', first: 1, second: 1, change: 0 },
  ],
  trippedInBothCount: 4, onlyFirstCount: 2, onlySecondCount: 5, onlyFirst: [], onlySecond: [], earlierOrLaterCount: 1, losses: [],
};

describe('differences of two runs', () => {
  it('keep unknown as unknown, and name what has no name here', () => {
    const rows = differencesOf(COMPARISON, null);
    expect(rows.map(({ label, first, second, change }) => [label, first, second, change])).toEqual([
      ['Lost in all', 100, 130, 30],
      ['Customers out for certain', null, 12, null],
      ['New measure', 1, 1, 0],
      ['Tripped in this run only', 2, 5, 3],
    ]);
  });

  it('have costs once they are worked out, each with what is known of it', () => {
    const rows = differencesOf(COMPARISON, { first: { low: 10, mid: null, high: 30 }, second: { low: 15, mid: 20, high: 25 } });
    expect(rows.slice(-3).map(({ key, change }) => [key, change])).toEqual([
      ['cost-low', 5],
      ['cost-mid', null],
      ['cost-high', -5],
    ]);
  });
});
