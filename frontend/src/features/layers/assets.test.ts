import { describe, expect, it } from 'vitest';

import { describeHit, findAsset, labelRows, locateAsset } from './assets';
import { legendOf } from './legend';
import type { LayerStates } from './loader';
import { pick } from './picker';
import { BRANCHES, SUBSTATIONS, TRANSFORMERS, VOLTAGE_LEGEND } from './testColumns';

const STATES: LayerStates = {
  substations: { phase: 'ready', columns: SUBSTATIONS, error: null },
  branches: { phase: 'ready', columns: BRANCHES, error: null },
  transformers: { phase: 'ready', columns: TRANSFORMERS, error: null },
};

describe('the asset under the pointer', () => {
  it('is the point where a point lies on a line', () => {
    expect(pick(STATES, { lng: -95.5, lat: 29.7, zoom: 10 })?.assetId).toBe('SUB-1');
    expect(pick(STATES, { lng: -95.35, lat: 29.7, zoom: 10 })).toMatchObject({ layer: 'branches', assetId: 'BR-3' });
  });

  it('is the nearer circuit of a double line', () => {
    const perPixelLat = (360 / (512 * 2 ** 10)) * Math.cos((29.7 * Math.PI) / 180);
    const above = pick(STATES, { lng: -95.45, lat: 29.7 + 2 * perPixelLat, zoom: 10 });
    const below = pick(STATES, { lng: -95.45, lat: 29.7 - 2 * perPixelLat, zoom: 10 });
    expect(new Set([above?.assetId, below?.assetId])).toEqual(new Set(['BR-1', 'BR-2']));
  });

  it('is none in the open', () => {
    expect(pick(STATES, { lng: -94, lat: 28, zoom: 10 })).toBeNull();
    expect(pick({}, { lng: -95.5, lat: 29.7, zoom: 10 })).toBeNull();
  });
});

describe('what the map says of an asset', () => {
  it('names the ends of a line and calls a missing rating unknown', () => {
    const described = describeHit(STATES, { layer: 'branches', index: 2, assetId: 'BR-3' });
    expect(described?.title).toBe('Bravo to SUB-3');
    expect(described?.facts).toContainEqual({ label: 'Rating', value: '–' });
    expect(described?.facts).toContainEqual({ label: 'Loading', value: '–' });
  });

  it('is nothing when the layer’s rows have changed meanwhile', () => {
    expect(describeHit(STATES, { layer: 'branches', index: 0, assetId: 'BR-3' })).toBeNull();
    expect(describeHit({}, { layer: 'branches', index: 0, assetId: 'BR-1' })).toBeNull();
  });

  it('finds assets by id and where they are', () => {
    expect(findAsset(STATES, 'XFMR-2')).toEqual({ layer: 'transformers', index: 1, assetId: 'XFMR-2' });
    expect(locateAsset(STATES, 'SUB-2')).toEqual({ lon: -95.4, lat: 29.7 });
    const middle = locateAsset(STATES, 'BR-3');
    expect(middle?.lon).toBeCloseTo(-95.35, 9);
    expect(locateAsset(STATES, 'SUB-99')).toBeNull();
  });

  it('labels substations by name, the highest voltage first, and by id without a name', () => {
    expect(labelRows(STATES).map((row) => row.properties)).toEqual([
      { name: 'Alpha', rank: 345 },
      { name: 'Bravo', rank: 138 },
      { name: 'SUB-3', rank: 0 },
    ]);
  });
});

describe('the legend', () => {
  it('shows the classes that occur, and unknown where it occurs', () => {
    expect(legendOf('branches', VOLTAGE_LEGEND, STATES, 'voltage').map((item) => item.label)).toEqual(['345 kV', '138 kV']);
    expect(legendOf('substations', VOLTAGE_LEGEND, STATES, 'voltage').map((item) => item.label)).toEqual([
      '345 kV',
      '138 kV',
      'unknown',
    ]);
  });

  it('shows all loading classes, also the empty ones', () => {
    const labels = legendOf('branches', VOLTAGE_LEGEND, STATES, 'loading').map((item) => item.label);
    expect(labels).toEqual(['below 60%', '60 to 80%', '80 to 100%', 'above 100%', 'unknown']);
  });

  it('is the server’s for a layer without classes', () => {
    expect(legendOf('poles', [{ label: 'Pole', color: '#a58a6f' }], {}, 'voltage')).toEqual([
      { label: 'Pole', colour: [0xa5, 0x8a, 0x6f], shape: 'dot' },
    ]);
  });
});
