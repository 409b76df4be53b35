import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { DEFAULT_PREFERENCES, readPreferences } from './preferences';
import { formatAirTemperature, formatArea, formatDistance, formatKilometres, formatMetres, formatRain, formatWind } from './units';

const plain = (text: string): string => text.replaceAll('\u00a0', ' ');

describe('quantities in the units of the reader', () => {
  it.each([
    // Known equals: a mile, a 40-foot pole, freezing and boiling, 60 mph, an inch, a square mile.
    [formatKilometres(1.609344, 'us', 3), '1.000 mi'],
    [formatMetres(12.192, 'us', 1), '40.0 ft'],
    [formatAirTemperature(0, 'us'), '32 °F'],
    [formatAirTemperature(-40, 'us'), '-40 °F'],
    [formatAirTemperature(100, 'us'), '212 °F'],
    [formatWind(26.8224, 'us'), '60.0 mph'],
    [formatRain(25.4, 'us'), '1.00 in'],
    [formatArea(2_589_988.110336, 'us'), '1 sq mi'],
    [formatArea(92.90304, 'us'), '1,000 sq ft'],
    [formatMetres(12.192, 'metric', 1), '12.2 m'],
    [formatWind(3, 'metric'), '3.0 m/s'],
    [formatArea(2_500_000, 'metric'), '2.5 km²'],
    [formatDistance(999, 'metric'), '999 m'],
    [formatDistance(1_000, 'metric'), '1.00 km'],
    [formatDistance(800, 'us'), '2,625 ft'],
    [formatDistance(1_609.344, 'us'), '1.00 mi'],
  ])('%s', (text, expected) => {
    expect(plain(text)).toBe(expected);
  });

  it.each([null, undefined, Number.NaN])('%s is not known, in any units', (value) => {
    for (const units of ['us', 'metric'] as const) {
      const texts = [formatMetres, formatKilometres, formatDistance, formatArea, formatAirTemperature, formatWind, formatRain].map(
        (format) => format(value, units),
      );
      expect(new Set(texts)).toEqual(new Set(['–']));
    }
  });
});

describe('preferences', () => {
  it('that are kept are read again', () => {
    const kept = { scheme: 'light', units: 'metric' };
    expect(readPreferences(JSON.parse(JSON.stringify(kept)))).toEqual(kept);
  });

  it('that cannot be understood are the defaults', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (kept) => {
        const read = readPreferences(kept);
        expect(['dark', 'light', 'system']).toContain(read.scheme);
        expect(['us', 'metric']).toContain(read.units);
      }),
    );
    expect(readPreferences({ scheme: 'pink', units: 7 })).toEqual(DEFAULT_PREFERENCES);
  });
});
