import { describe, expect, it } from 'vitest';

import { backendOf, toldOf } from './backends';
import { escaped } from './charts';
import { energyUnit, formatEnergy, formatPower, formatShare, formatSmall } from './energy';
import { axisSpan, formatSpan, spanForFile } from './words';

describe('figures in words', () => {
  it('have a unit of their size', () => {
    expect(formatEnergy(9_999)).toBe('9,999\u00a0kWh');
    expect(formatEnergy(6_592_000)).toBe('6,592\u00a0MWh');
    expect(formatEnergy(-12_300_000)).toBe('-12.3\u00a0GWh');
    expect(formatEnergy(null)).toBe('–');
    expect(energyUnit([null, 20_000, 3]).unit).toBe('MWh');
    expect(formatPower(17_000)).toBe('17.0\u00a0MW');
    expect(formatPower(null)).toBe('–');
  });

  it('never round to nothing or all', () => {
    expect(formatShare(0)).toBe('0%');
    expect(formatShare(0.0002)).toBe('<0.001%');
    expect(formatShare(99.97, 1)).toBe('>99.9%');
    expect(formatShare(100.00000000001, 1)).toBe('100%');
    expect(formatShare(54.44, 1)).toBe('54.4%');
    expect(formatShare(null)).toBe('–');
    expect([formatSmall(0.0002, 3), formatSmall(0, 3), formatSmall(null, 3)]).toEqual(['<0.001', '0.000', '–']);
  });

  it('say when in the time of the utility', () => {
    const start = '2026-03-01T06:00:00Z';
    expect(formatSpan(start, 'DAY', 'America/Chicago')).toBe('Mar 1, 2026');
    expect(formatSpan(start, 'MONTH', 'America/Chicago')).toBe('Mar 2026');
    expect(axisSpan(start, 'DAY', 'America/Chicago')).toBe('Mar 1');
    expect([spanForFile(start, 'HOUR', 'America/Chicago'), spanForFile(start, 'DAY', 'America/Chicago'), spanForFile(start, 'MONTH', 'America/Chicago')]).toEqual([
      start,
      '2026-03-01',
      '2026-03',
    ]);
  });

  it('bring no markup into a tooltip', () => {
    expect(escaped('<img src="x">&')).toBe('&lt;img src=&quot;x&quot;&gt;&amp;');
  });
});

describe('which store answered', () => {
  const entry = { field: 'usageSeries', backend: 'result-cache', ms: 1.2, fallbackReason: null, ageS: 125, isStale: true };

  it('is found by the field', () => {
    const found = backendOf({ backends: [{ ...entry, field: 'kpis' }, entry] }, 'usageSeries');
    expect(found && toldOf(found)).toBe('Kept answer of the warehouse, made 2\u00a0min ago; the readings may have changed since');
  });

  it('names the reason for another than the first choice', () => {
    const found = backendOf({ backends: [{ ...entry, backend: 'warehouse', ageS: null, isStale: false, fallbackReason: 'PostGIS failed' }] }, 'usageSeries');
    expect(found && toldOf(found)).toBe('From the warehouse (PostGIS failed)');
  });

  it.each([undefined, null, {}, { backends: 'x' }, { backends: [null, 3, {}] }])('is not known from %j', (extensions) => {
    expect(backendOf(extensions, 'usageSeries')).toBeNull();
  });
});
