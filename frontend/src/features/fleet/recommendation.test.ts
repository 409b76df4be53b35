import { describe, expect, it } from 'vitest';

import { judge, stressOf } from './overheating';
import { reasonText, recommend } from './recommendation';
import type { Failure } from './transformerQueries';

const part = (evidence: string, points: number, value: number | null) => ({ evidence, points, value, isKnown: value !== null, unit: '' });
const WORN = { band: 'HI5', healthIndex: 8, contributions: [part('AGE', -52.6, 60.4), part('LOADING', 0, 90.8), part('INSPECTION', -26.3, 5)] };
const SOUND = { ...WORN, band: 'HI1' };
const COOL = { loadingPct: 80, hotSpotC: 85 };
const HOT = { loadingPct: 169, hotSpotC: 173 };

const FAILURE: Failure = {
  id: 'f',
  transformerId: 'XFMR-1',
  unitId: 'U-1',
  rank: 3,
  tier: 'HIGH',
  action: 'REPLACE_LARGER',
  mainEvidence: 'LOADING',
  probability30d: null,
  probability90d: 0.01,
  probability365d: 0.041,
  renewedProbability: 0.004,
  timesBaseRate: 5.7,
  customers: 10,
  ageYears: 41,
  peakLoadingPct: 131,
  peakHotSpotC: null,
  failureMinutes: 116,
  avoidedMinutes: 104,
  plannedMinutes: 1300,
  avoidedRank: 1,
  contributions: [],
};

describe('a recommendation', () => {
  it('is the model’s where it sees more than the usual chance', () => {
    expect(recommend(FAILURE, WORN, COOL)).toMatchObject({ action: 'REPLACE_LARGER', workType: 'TRANSFORMER_UPGRADE', priority: 'MEDIUM', reasons: [{ basis: 'PREDICTION' }] });
    expect(recommend({ ...FAILURE, tier: 'CRITICAL', action: 'INSPECT' }, null, COOL)).toMatchObject({ workType: 'INSPECTION', priority: 'HIGH' });
  });

  it('is that of its health where the model says nothing', () => {
    expect(recommend(null, WORN, COOL)).toMatchObject({ workType: 'TRANSFORMER_RENEWAL', priority: 'HIGH', reasons: [{ basis: 'HEALTH' }], isReliefDue: false });
    expect(recommend({ ...FAILURE, tier: 'NORMAL' }, { ...WORN, band: 'HI4' }, COOL)).toMatchObject({ priority: 'MEDIUM', reasons: [{ basis: 'HEALTH' }] });
    expect(recommend(null, { ...WORN, contributions: [part('INSPECTION', 0, null)] }, COOL)?.workType).toBe('INSPECTION');
    expect(recommend(null, { ...WORN, contributions: [part('INSPECTION', 0, 3), part('LOADING', -9, 120)] }, COOL)?.workType).toBe('TRANSFORMER_UPGRADE');
  });

  it('is that of its load where neither speaks', () => {
    const found = recommend({ ...FAILURE, tier: 'NORMAL' }, SOUND, HOT);
    expect(found).toMatchObject({ action: 'REPLACE_LARGER', workType: 'TRANSFORMER_UPGRADE', priority: 'HIGH', isReliefDue: true });
    expect(found !== null && reasonText(found)).toBe(
      'Its hot spot reached 173\u00a0°C and its load 169% of its rating; above 140\u00a0°C gas bubbles may form in its oil.',
    );
  });

  it('follows the more urgent voice and tells both', () => {
    const urgentLoad = recommend({ ...FAILURE, action: 'INSPECT' }, null, HOT);
    expect(urgentLoad).toMatchObject({ action: 'REPLACE_LARGER', priority: 'HIGH', reasons: [{ basis: 'LOAD' }, { basis: 'PREDICTION' }] });
    const equal = recommend({ ...FAILURE, tier: 'CRITICAL', action: 'INSPECT' }, null, HOT);
    expect(equal).toMatchObject({ action: 'INSPECT', isReliefDue: true, reasons: [{ basis: 'PREDICTION' }, { basis: 'LOAD' }] });
  });

  it('renews no unit at a rating that is too small', () => {
    expect(recommend(null, WORN, { loadingPct: 130, hotSpotC: 125 })).toMatchObject({ workType: 'TRANSFORMER_UPGRADE', priority: 'HIGH', reasons: [{ basis: 'HEALTH' }, { basis: 'LOAD' }] });
  });

  it('is none where nothing speaks for one', () => {
    expect(recommend({ ...FAILURE, tier: 'NORMAL' }, SOUND, COOL)).toBeNull();
    expect(recommend(null, { band: null, healthIndex: null, contributions: [] }, { loadingPct: null, hotSpotC: null })).toBeNull();
    expect(recommend(null, null, COOL)).toBeNull();
  });
});

describe('load and hot spot', () => {
  it.each([
    [100, 120, null],
    [169, 120, null],
    [101, 120.5, { priority: 'MEDIUM', isTooSmall: true }],
    [101, 140, { priority: 'MEDIUM', isTooSmall: true }],
    [101, 140.5, { priority: 'HIGH', isTooSmall: true }],
    [100, 140.5, { priority: 'HIGH', isTooSmall: false }],
    [null, 130, { priority: 'MEDIUM', isTooSmall: false }],
    [100, null, null],
    [null, null, null],
  ])('of %s %% and %s °C are judged by the limits of 120 and 140 °C', (loadingPct, hotSpotC, expected) => {
    const found = judge({ loadingPct, hotSpotC });
    if (expected === null) expect(found).toBeNull();
    else expect(found).toMatchObject(expected);
  });

  it('ask for an inspection where the load was above the rating and the hot spot is not known', () => {
    expect(recommend(null, null, { loadingPct: 101, hotSpotC: null })).toMatchObject({
      workType: 'INSPECTION',
      priority: 'MEDIUM',
      isReliefDue: false,
      reasons: [{ basis: 'LOAD', why: 'Its load reached 101% of its rating, and its hot spot is not known' }],
    });
  });

  it('are the highest that is known', () => {
    expect(stressOf({ peakLoadingPct: 120 }, { peakHotSpotC: 150 }, FAILURE)).toEqual({ loadingPct: 131, hotSpotC: 150 });
    expect(stressOf({ peakLoadingPct: 140 }, null, { ...FAILURE, peakHotSpotC: 99 })).toEqual({ loadingPct: 140, hotSpotC: 99 });
    expect(stressOf({ peakLoadingPct: 140 }, { peakHotSpotC: null }, null)).toEqual({ loadingPct: 140, hotSpotC: null });
  });
});
