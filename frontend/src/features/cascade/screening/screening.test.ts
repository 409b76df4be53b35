import { describe, expect, it } from 'vitest';

import { filtersOf, NO_FILTERS, orderingOf } from '../runFilters';

import { exceedanceOf, outagesOf, quantilesOf, readIds, readWhole } from './batch';
import { runOf } from './runOf';

describe('a contingency', () => {
  it.each([
    ['N1_SUBSTATION', 'SUB-40362', ['SUB-40362']],
    ['N2_RANDOM', 'BR-1 + BR-2', ['BR-1', 'BR-2']],
    ['N1_PLANT', 'all units at SUB-1', null],
    ['N1_1', 'BR-1, then BR-2', null],
    ['MONTE_CARLO', 'draw 3', null],
  ])('of %s, %s, can be run as a cascade or not', (kind, label, ids) => expect(outagesOf(kind, label)).toEqual(ids));

  const batch = {
    name: 'N-1',
    version: null,
    inputs: { params: { version: 1, load_multiplier: 1.1, rating_multiplier: 1, trip_threshold_frac: 1.15, relay: null, seed: 0 } },
  };

  it('is run with the settings of its screening', () => {
    expect(runOf(batch, ['SUB-1'], { label: 'SUB-1', seed: null }, null)).toEqual({
      run: { outages: ['SUB-1'], name: 'SUB-1 of N-1', loadMultiplier: 1.1, ratingMultiplier: 1, options: { trip_threshold_frac: 1.15, seed: 0 } },
    });
    expect(runOf(batch, ['SUB-1'], { label: 'SUB-1', seed: '77' }, null)).toHaveProperty('run.options.seed', 77);
  });

  it('of a scenario is run in the same version; not if the scenario is gone', () => {
    const version = { id: 'v', number: 2, name: 'Storm' };
    expect(runOf({ ...batch, version }, ['SUB-1'], { label: 'SUB-1', seed: null }, '4')).toEqual({
      scenario: { scenarioId: '4', version: 2, outages: ['SUB-1'], name: 'SUB-1 of N-1' },
    });
    expect(runOf({ ...batch, version }, ['SUB-1'], { label: 'SUB-1', seed: null }, null)).toBeNull();
  });
});

describe('statistics of a screening', () => {
  it('are read as they are, and unknown where they are not', () => {
    expect(exceedanceOf({ loss_exceedance: [{ at_least_mw: 1, probability: 0.5 }, { at_least_mw: null }] })).toEqual([{ atLeastMw: 1, probability: 0.5 }]);
    expect(quantilesOf({ loss_quantiles_mw: { '0.5': 12, '0.9': 40 } }).map(({ lostMw }) => lostMw)).toEqual([12, 40, null, null]);
    expect(quantilesOf(null).every(({ lostMw }) => lostMw === null)).toBe(true);
  });
});

describe('what is typed', () => {
  it('is a whole number or ids', () => {
    expect([readWhole('10', 1), readWhole('0', 1), readWhole('1.5', 1), readWhole('', 0)]).toEqual([10, null, null, null]);
    expect(readIds(' BR-1, BR-2\nBR-3 ')).toEqual(['BR-1', 'BR-2', 'BR-3']);
  });
});

describe('filters of runs', () => {
  it('ask only for what is typed', () => {
    expect(filtersOf(NO_FILTERS)).toBeNull();
    expect(filtersOf({ ...NO_FILTERS, name: ' storm ', leastMw: '100', leastTrips: 'x' })).toEqual({ name: { iContains: 'storm' }, totalShedMw: { gte: 100 } });
    expect(orderingOf({ ...NO_FILTERS, order: 'lost' })).toEqual([{ totalShedMw: 'DESC_NULLS_LAST' }]);
  });
});
