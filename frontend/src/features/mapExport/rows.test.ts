import { describe, expect, it } from 'vitest';

import { FLAG_UNKNOWN } from '../../lib/columns/decode';

import { shownAssets, shownCsv, shownGeoJson } from './rows';

const SWITCHES = {
  ids: ['SW-1', 'SW-2', 'SW-3'],
  lon: Float64Array.of(1, 2, 9),
  lat: Float64Array.of(1, 2, 9),
  kind: ['FUSE', null, 'FUSE'],
  isNormallyOpen: Uint8Array.of(1, FLAG_UNKNOWN, 0),
  ratedKva: Float64Array.of(50.25, Number.NaN, 1),
};
const BRANCHES = { ids: ['BR-1', 'BR-2'], coords: Float64Array.of(-5, 1, 7, 3, 20, 20, 30, 30), toIds: ['=SUB', 'SUB-2'] };
const LINES = { ids: ['LINE-1'], paths: { coords: Float64Array.of(0, 0, 1, 1, 1, 2), starts: Uint32Array.of(0, 3) } };
const VIEW = [0, 0, 4, 4] as const;

describe('what is shown', () => {
  const assets = shownAssets([{ key: 'switches', columns: SWITCHES }, { key: 'branches', columns: BRANCHES }, { key: 'lines', columns: LINES }], [...VIEW]);

  it('is what lies in view or passes through it', () => {
    expect(assets.map(({ id }) => id)).toEqual(['SW-1', 'SW-2', 'BR-1', 'LINE-1']);
  });

  it('keeps all digits, leaves unknown empty and disarms formulas', () => {
    expect(shownCsv(assets).split('\r\n')).toEqual([
      'layer,id,longitude,latitude,kind,is_normally_open,rated_kva,to_id',
      'switches,SW-1,1,1,FUSE,true,50.25,',
      'switches,SW-2,2,2,,,,',
      "branches,BR-1,1,2,,,,'=SUB",
      'lines,LINE-1,1,1,,,,',
      '',
    ]);
  });

  it('has its own geometry in GeoJSON, and null for what is unknown', () => {
    const { features } = JSON.parse(shownGeoJson(assets)) as { features: { geometry: object; properties: object }[] };
    expect(features[1]).toEqual({
      type: 'Feature', id: 'SW-2', geometry: { type: 'Point', coordinates: [2, 2] }, properties: { layer: 'switches', kind: null, is_normally_open: null, rated_kva: null },
    });
    expect(features[2]?.geometry).toEqual({ type: 'LineString', coordinates: [[-5, 1], [7, 3]] });
    expect(features[3]?.geometry).toEqual({ type: 'LineString', coordinates: [[0, 0], [1, 1], [1, 2]] });
  });
});
