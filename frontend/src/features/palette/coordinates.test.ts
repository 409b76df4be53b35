import { describe, expect, it } from 'vitest';

import { parsePlace } from './coordinates';

describe('a place that is typed', () => {
  it.each([
    ['29.76, -95.37', 29.76, -95.37],
    ['29.76 -95.37', 29.76, -95.37],
    ['29.76;-95.37', 29.76, -95.37],
    ['29.76 N, 95.37 W', 29.76, -95.37],
    ['29.76°N 95.37°W', 29.76, -95.37],
    ['95.37W 29.76N', 29.76, -95.37],
    ['-33.5 151', -33.5, 151],
    // 45′36″ are 0.76 of a degree, 22′12″ are 0.37.
    [`29°45'36"N 95°22'12"W`, 29.76, -95.37],
    ['29° 45′ 36″ N, 95° 22′ 12″ W', 29.76, -95.37],
    [`29°45.6'N 95°22.2'W`, 29.76, -95.37],
    ['29°N 95°W', 29, -95],
  ])('%s', (text, lat, lng) => {
    const place = parsePlace(text);
    expect(place?.lat).toBeCloseTo(lat, 9);
    expect(place?.lng).toBeCloseTo(lng, 9);
  });

  it.each(['', 'houston', '29.76', 'SUB-12', '91, 10', '10, 181', '-29 S, 95 W', '29 N 30 N', `29°61'N 95°W`, '2026-01-02', '29.76, -95.37, 9'])(
    '%s is none',
    (text) => {
      expect(parsePlace(text)).toBeNull();
    },
  );
});
