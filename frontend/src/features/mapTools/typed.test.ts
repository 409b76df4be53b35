import { describe, expect, it } from 'vitest';

import { readShape, writePlace, writePlaces, writeRadius } from './typed';

describe('a typed shape', () => {
  it('is read with latitude first, in the units of the reader', () => {
    expect(readShape('circle', '29.76, -95.37', '1', 'us')).toEqual({ shape: { kind: 'circle', points: [[-95.37, 29.76]], radiusM: 1609.344 } });
    expect(readShape('circle', '29.76 -95.37', '1.5', 'metric')).toEqual({ shape: { kind: 'circle', points: [[-95.37, 29.76]], radiusM: 1500 } });
    expect(readShape('distance', '29, -95; 30, -95\n', '', 'us')).toEqual({ shape: { kind: 'distance', points: [[-95, 29], [-95, 30]], radiusM: null } });
  });

  it.each([
    ['circle', 'here', '1', '“here” is no latitude'],
    ['circle', '95, 29', '1', 'Latitude 95 is beyond'],
    ['circle', '29, 195', '1', 'Longitude 195 is beyond'],
    ['circle', '29, -95', '', 'The radius must be above 0 and at most 62 mi'],
    ['circle', '29, -95', '-1', 'The radius must be above 0'],
    ['circle', '29, -95\n30, -95', '1', 'Give one place'],
    ['rectangle', '29, -95\n29, -96', '', 'The two corners must differ'],
    ['polygon', '29, -95\n29, -96', '', 'Give 3 to 100 places'],
    ['distance', '1, 2, 3', '', 'is no latitude and longitude'],
  ] as const)('%s of “%s” with radius “%s” is refused', (kind, text, radius, problem) => {
    const read = readShape(kind, text, radius, 'us');
    expect('problem' in read ? read.problem : '').toContain(problem);
  });

  it('is written as it is read', () => {
    expect(writePlace([-95.3698, 29.7604])).toBe('29.76040, -95.36980');
    const text = writePlaces([[-95.123456, 29.654321], [-95, 29]]);
    expect(readShape('distance', text, '', 'us')).toEqual({ shape: { kind: 'distance', points: [[-95.123456, 29.654321], [-95, 29]], radiusM: null } });
    expect([writeRadius(1609.344, 'us'), writeRadius(1500, 'metric'), writeRadius(null, 'us')]).toEqual(['1', '1.5', '']);
  });
});
