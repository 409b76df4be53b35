import { describe, expect, it } from 'vitest';

import { formatSmallShare } from './LoadPanel';
import { healthCsv } from './csv';
import { daysOf, periodOf, withDays } from './period';
import type { HealthRow } from './queries';
import { forecastRunWords, hourWords } from './tomorrow';
import { evidenceValue, featureValue, formatChance, reasons, signed } from './words';

const part = (evidence: string, points: number, value: number | null) => ({ evidence, points, value, isKnown: value !== null, unit: '' });
const WORN = [part('AGE', -52.6, 60.4), part('LOADING', 0, 90.8), part('INSPECTION', -26.3, 5), part('FAULTS', -13, 2), part('WORK_ORDERS', -0.01, 1)];

describe('reasons', () => {
  it('are what takes most points, the strongest first', () => {
    expect(reasons(WORN)).toEqual(['Age (60\u00a0years) −52.6', 'Inspection (condition 5 of 5) −26.3', 'Faults in five years (2) −13.0']);
    expect(reasons([part('AGE', -5, null)])).toEqual([]);
  });

  it('never show the unknown as a number', () => {
    expect(evidenceValue(part('FAULTS', 0, null))).toBe('not known');
    expect(featureValue('condition_code', null)).toBe('not known');
    expect(formatChance(null)).toBe('–');
    expect(formatSmallShare(null)).toBe('–');
    expect(hourWords(null)).toBe('–');
  });

  it('keep the digits of small numbers', () => {
    expect(formatChance(0.0123)).toBe('1.2%');
    expect(formatChance(0.00123)).toBe('0.12%');
    expect(formatSmallShare(0.0000123)).toBe('1.2·10⁻⁵%');
    expect(signed(-0.04, 1)).toBe('0.0');
    expect(signed(2, 1)).toBe('+2.0');
  });
});

describe('a file of comma-separated values', () => {
  it('leaves unknown evidence empty', () => {
    const row: HealthRow = {
      id: '1',
      assetId: 'POLE-1',
      assetKind: 'POLE',
      healthIndex: null,
      healthScore: null,
      band: null,
      confidenceFrac: 0.25,
      failuresPerYear: null,
      reason: 'NO_AGE_OR_INSPECTION',
      asOf: '2026-01-01T00:00:00Z',
      contributions: [part('AGE', 0, null), part('WORK_ORDERS', 0, 0)],
      onCircuit: { id: 'c', assetId: 'CKT-1', name: 'One' },
      inSubstation: { id: 's', assetId: 'SUB-1', name: 'Alpha' },
    };
    const [head = '', line = ''] = healthCsv([row]).split('\r\n');
    const cells = Object.fromEntries(head.split(',').map((name, at) => [name, line.split(',')[at]]));
    expect(cells).toMatchObject({ asset_id: 'POLE-1', health_index: '', age_value: '', age_points: '', work_orders_value: '0', work_orders_points: '0' });
  });
});

describe('the days looked back', () => {
  it('end with the newest hour', () => {
    expect(periodOf('2026-03-01T11:00:00Z', 7)).toEqual({ start: '2026-02-22T12:00:00.000Z', end: '2026-03-01T12:00:00.000Z', hours: 168 });
    expect(daysOf(withDays('/assets/XFMR-1', 90).slice(14))).toBe(90);
    expect(daysOf('?days=12')).toBe(14);
  });
});

it('a forecast that is not there says why', () => {
  expect(forecastRunWords(null)).toMatch(/^Not known: the next day has never been forecast/);
});
