import { createExpression } from '@maplibre/maplibre-gl-style-spec';
import { describe, expect, it } from 'vitest';

import { loadingClass } from '../../../lib/loadingClasses';
import { css } from '../../../ui/palette';
import type { MapLayerInfo } from '../queries';

import { cellLegend, cellSpec } from './cells';
import { describeTile } from './describe';
import { byHeight, colourExpression, tileSpec } from './style';
import { treeBodies } from './trees';

type Attribute = MapLayerInfo['attributes'][number];
const attribute = (name: string, title: string, change: Partial<Attribute> = {}): Attribute => ({
  name,
  title,
  unit: null,
  kind: 'TEXT',
  minZoom: 0,
  isOfAggregates: false,
  ...change,
});
const BUILDINGS: MapLayerInfo = {
  key: 'buildings',
  title: 'Buildings',
  geometryKind: 'POLYGON',
  minZoom: 12,
  maxZoom: 24,
  columnsUrl: null,
  tilesUrl: '/tiles/buildings/{z}/{x}/{y}.mvt',
  tilesMaxZoom: 16,
  attributes: [
    attribute('id', 'Id'),
    attribute('height_m', 'Height', { kind: 'NUMBER', unit: 'm' }),
    attribute('building_use', 'Use'),
    attribute('footprint_m2', 'Footprint', { kind: 'NUMBER', unit: 'm²', minZoom: 15 }),
    attribute('industrial', 'Industrial', { kind: 'WHOLE', isOfAggregates: true }),
  ],
  rowCount: 10,
  featureCount: 10,
  syncedAt: null,
  dataVersion: 'v1',
  tilesVersion: 't1',
  status: 'FRESH',
  legend: [{ label: 'Industrial', color: '#cdb0e8', minimum: null, value: 'INDUSTRIAL' }],
  colourings: [],
};
const shown = { opacity: 0.5, filters: {}, scheme: 'dark' as const };

describe('how tiles are drawn', () => {
  it('gives buildings their height, and a flat footprint where that is not known', () => {
    const spec = tileSpec(BUILDINGS, shown);
    const bodies = spec.layers.find((layer) => layer.id === 'bodies');
    expect(bodies?.paint).toMatchObject({ 'fill-extrusion-height': ['coalesce', ['get', 'height_m'], 0], 'fill-extrusion-opacity': 0.425 });
    expect(spec.layers.map((layer) => layer.minzoom)).toEqual([0, 12]);
    expect(spec.tilesUrl).toBe('/tiles/buildings/{z}/{x}/{y}.mvt');
  });

  it('hides cells, which count all, while only some rows are wanted', () => {
    const filtered = tileSpec(BUILDINGS, { ...shown, filters: { 'buildings.building_use': ['INDUSTRIAL'] } });
    expect(tileSpec(BUILDINGS, shown).layers.map((layer) => layer.id)).toContain('cells');
    expect(filtered.layers.map((layer) => layer.id)).toEqual(['bodies']);
  });

  it('shows cells of trees by how many are urgent, while only these are wanted', () => {
    const risk = { ...BUILDINGS, key: 'vegetation_risk', geometryKind: 'POINT', legend: [] };
    const cells = tileSpec(risk, { ...shown, filters: { 'vegetation_risk.level': ['CRITICAL', 'HIGH'] } }).layers.find(({ id }) => id === 'cells');
    expect(JSON.stringify(cells?.filter)).toContain('"critical"');
    const all = tileSpec(risk, { ...shown, filters: { 'vegetation_risk.level': ['LOW'] } }).layers.find(({ id }) => id === 'cells');
    expect(JSON.stringify(all?.filter)).not.toContain('"critical"');
  });

  it('colours by the legend: values, classes of numbers, or one colour', () => {
    expect(colourExpression('buildings', BUILDINGS.legend)).toEqual(['match', ['to-string', ['get', 'building_use']], 'INDUSTRIAL', '#cdb0e8', 'rgb(104,118,130)']);
    const height = ['get', 'height_m'];
    const trees = [
      { label: 'tall', color: '#000001', minimum: 6 },
      { label: 'low', color: '#000002', minimum: 0 },
      { label: 'unknown', color: '#000003' },
    ];
    expect(colourExpression('vegetation', trees)).toEqual([
      'case',
      ['==', ['typeof', height], 'number'],
      ['step', ['to-number', height], '#000003', 0, '#000002', 6, '#000001'],
      '#000003',
    ]);
    expect(colourExpression('water_bodies', [{ label: 'Water', color: '#3d6f99' }])).toBe('#3d6f99');
  });

  it('lays areas below buildings, and buildings below trees', () => {
    const keys = ['vegetation', 'buildings', 'flood_zones', 'water_bodies'].map((key) => ({ key }));
    expect(keys.sort(byHeight).map(({ key }) => key)).toEqual(['flood_zones', 'water_bodies', 'buildings', 'vegetation']);
  });
});

describe('what stands for a layer from afar', () => {
  const transformers = { ...BUILDINGS, key: 'transformers', geometryKind: 'POINT', minZoom: 10, columnsUrl: '/columns/transformers' };
  const colourAt = (pct: number | null): unknown => {
    const [layer] = cellSpec(transformers, shown).layers;
    const made = createExpression(['to-color', layer?.paint?.['circle-color' as never]], 'layers[0].paint.circle-color');
    if (made.result !== 'success') throw new Error('The colour is no expression.');
    return made.value.evaluate({ zoom: 8 }, { type: 'Point', properties: { latest_loading_pct: pct } } as never);
  };

  it('gives way to the rows where these appear', () => {
    expect(cellSpec(transformers, shown).layers.map(({ id, minzoom, maxzoom }) => [id, minzoom, maxzoom])).toEqual([['cells', undefined, 10]]);
    expect(cellSpec({ ...transformers, geometryKind: 'LINE' }, shown).layers.map(({ id, maxzoom }) => [id, maxzoom])).toEqual([['merged', 10]]);
  });

  it('has the class of the highest loading in a cell, as the legend of the rows has it', () => {
    for (const pct of [null, 0, 59.9, 60, 79.9, 80, 100, 100.1, 300]) {
      expect(String(colourAt(pct)), String(pct)).toBe(String(createdColour(css(loadingClass(pct).colour))));
    }
    expect(cellLegend(transformers).map(({ label }) => label)).toContain('highest loading above 100%');
  });
});

function createdColour(text: string): unknown {
  const made = createExpression(['to-color', text], 'layers[0].paint.circle-color');
  return made.result === 'success' ? made.value.evaluate({ zoom: 8 }) : null;
}

describe('the bodies of trees', () => {
  const tree = (properties: object) => ({ lon: -95.4, lat: 60, properties: { id: 'TREE-1', ...properties } });

  it('are as tall and as wide as the trees are', () => {
    const { features } = treeBodies([tree({ height_m: 10, crown_radius_m: 3 })]);
    expect(features.map(({ properties }): unknown[] => [properties?.part, properties?.from_m, properties?.to_m])).toEqual([
      ['trunk', 0, 3.5],
      ['crown', 3, 7],
      ['crown', 7, 8.8],
      ['crown', 8.8, 10],
    ]);
    const widest = features[1]?.geometry;
    if (widest?.type !== 'Polygon') throw new Error('A crown is a polygon.');
    const xs = widest.coordinates[0]?.map(([x = 0]) => x) ?? [];
    // At 60° north a degree of longitude is half as long as at the equator: 55.8 km.
    expect((Math.max(...xs) - Math.min(...xs)) * 55_800).toBeCloseTo(6, 1);
  });

  it('are left out where a size is not known', () => {
    expect(treeBodies([tree({ height_m: 10 }), tree({ crown_radius_m: 3 })]).features).toEqual([]);
  });
});

describe('what a feature says of itself', () => {
  const at = { units: 'us' as const, timeZone: 'UTC', zoom: 16 };

  it('is in the units of the reader', () => {
    const { title, kind, facts } = describeTile(BUILDINGS, { id: 'BLDG-1', height_m: 10, building_use: 'INDUSTRIAL', footprint_m2: 100 }, at);
    expect([title, kind]).toEqual(['BLDG-1', 'Building']);
    expect(facts).toEqual([
      { label: 'Height', value: '32.8\u00a0ft' },
      { label: 'Use', value: 'Industrial' },
      { label: 'Footprint', value: '1,076\u00a0sq ft' },
    ]);
  });

  it('tells unknown from left out of tiles of this zoom', () => {
    const far = describeTile(BUILDINGS, { id: 'BLDG-1', building_use: 'X' }, { ...at, zoom: 14 });
    expect(far.facts).toEqual([
      { label: 'Height', value: '–' },
      { label: 'Use', value: 'X' },
    ]);
  });

  it('is a count for what stands for many', () => {
    const { title, facts } = describeTile(BUILDINGS, { is_aggregate: true, count: 1200, industrial: 3 }, at);
    expect(title).toBe('1,200 in this place');
    expect(facts).toEqual([{ label: 'Industrial', value: '3' }]);
  });
});
