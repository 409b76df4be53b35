import { describe, expect, it } from 'vitest';

import { labelsOf } from './layers';

describe('the figures on the map', () => {
  it('tell each leg and the total at the end', () => {
    // A degree of the equator is 111.32 km.
    const labels = labelsOf({ kind: 'distance', points: [[0, 0], [1, 0], [3, 0]], radiusM: null }, 'metric');
    expect(labels).toEqual([
      { text: '111.32\u00a0km', at: [0.5, 0] },
      { text: '222.64\u00a0km', at: [2, 0] },
      { text: 'total 333.96\u00a0km', at: [3, 0] },
    ]);
    expect(labelsOf({ kind: 'distance', points: [[0, 0], [1, 0]], radiusM: null }, 'metric')).toEqual([{ text: '111.32\u00a0km', at: [1, 0] }]);
    expect(labelsOf({ kind: 'distance', points: [[0, 0]], radiusM: null }, 'metric')).toEqual([]);
  });

  it('tell the radius of a circle and the size of an area', () => {
    expect(labelsOf({ kind: 'circle', points: [[0, 0]], radiusM: 1500 }, 'metric')[0]?.text).toBe('1.50\u00a0km');
    expect(labelsOf({ kind: 'circle', points: [[0, 0]], radiusM: null }, 'metric')).toEqual([]);
    const [label] = labelsOf({ kind: 'rectangle', points: [[-96, 29], [-95, 30]], radiusM: null }, 'metric');
    // GeographicLib: 10,748.08 km².
    expect(label).toEqual({ text: '10,748\u00a0km²', at: [-95.5, 29.5] });
  });
});
