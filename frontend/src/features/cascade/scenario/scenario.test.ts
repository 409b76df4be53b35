import { describe, expect, it } from 'vitest';

import { draftOfRun } from '../draftOfRun';
import { RUN } from '../testRun';

import { readAt, saysTheSame, writeAt } from './document';
import { parseSetting, parseSteps, rangeText, shownText, stepsText, trippingOf, TRIP_THRESHOLD, unitSettings, withTripping } from './settings';

describe('a document', () => {
  it('is read and written by places, and never changed in place', () => {
    const before = { load: { multiplier: 1 }, units: [{ available_frac: 0.5 }, { available_frac: 0.7 }] };
    const after = writeAt(before, 'units.1.available_frac', 0.9);
    expect(readAt(after, 'units.1.available_frac')).toBe(0.9);
    expect(readAt(before, 'units.1.available_frac')).toBe(0.7);
    expect(writeAt({}, 'options.relay', {})).toEqual({ options: { relay: {} } });
    expect(writeAt({ options: { seed: 1 } }, 'options.seed', undefined)).toEqual({});
    expect(readAt(before, 'units.9.available_frac')).toBeUndefined();
  });

  it('says the same whatever the order of its names', () => {
    expect(saysTheSame({ a: 1, b: [{ c: 1, d: 2 }] }, { b: [{ d: 2, c: 1 }], a: 1 })).toBe(true);
    expect(saysTheSame({ b: [1, 2] }, { b: [2, 1] })).toBe(false);
  });
});

describe('settings', () => {
  it('are shown in per cent and stored as shares', () => {
    expect(shownText({ options: { trip_threshold_frac: 1.15 } }, TRIP_THRESHOLD)).toBe('115');
    expect(shownText({}, TRIP_THRESHOLD)).toBe('100');
    expect(parseSetting('115', TRIP_THRESHOLD)).toEqual({ value: 1.15 });
    expect(parseSetting('0.5', TRIP_THRESHOLD)).toEqual({ problem: 'From 1 to 10,000' });
    expect(rangeText(TRIP_THRESHOLD)).toBe('From 1 to 10,000');
  });

  it('choose one way to trip at a time', () => {
    const relay = withTripping({ options: { dispatch: 'MERIT_ORDER' } }, 'RELAY');
    expect(relay).toEqual({ options: { dispatch: 'MERIT_ORDER', relay: {} } });
    expect(trippingOf(relay)).toBe('RELAY');
    const first = withTripping(relay, 'MOST_OVERLOADED');
    expect(first).toEqual({ options: { dispatch: 'MERIT_ORDER', trip_selection: 'MOST_OVERLOADED' } });
    expect(withTripping(first, 'ALL')).toEqual({ options: { dispatch: 'MERIT_ORDER' } });
  });

  it('tell which units a rule is of', () => {
    const [rule] = unitSettings({ units: [{ available_frac: 0.5, fuel: 'wind', below_c: -10, method: 'DRAW' }] });
    expect(rule).toMatchObject({ label: 'Available: wind, below -10 °C', help: 'Whole units are drawn out' });
  });

  it('read blocks of shedding', () => {
    expect(parseSteps('5, 10,10')).toEqual({ value: [0.05, 0.1, 0.1] });
    expect(parseSteps('60, 50')).toHaveProperty('problem');
    expect(parseSteps('5,,1')).toHaveProperty('problem');
    expect(stepsText({ options: { ufls: { steps_frac: [0.07, 0.1] } } })).toBe('7, 10');
  });
});

describe('a run as a draft', () => {
  it('of a scenario names its version, and as outages only those beside it', () => {
    const spec = { outages: ['BR-1'], load: { multiplier: 1.1 } };
    const draft = draftOfRun({
      ...RUN,
      outages: [...RUN.outages, { assetId: 'SUB-2', kind: 'Substation', name: 'Bravo' }],
      scenario: { id: 's', scenarioId: '4', name: 'Storm' },
      version: { id: 'v', number: 3, spec },
    });
    expect(draft.scenario).toEqual({ scenarioId: '4', name: 'Storm', version: 3, document: spec });
    expect(draft.outages).toEqual([{ assetId: 'SUB-2', name: 'Bravo' }]);
  });
});
