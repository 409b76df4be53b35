import { describe, expect, it } from 'vitest';

import { boundsOf, parseGeometry } from './geometry';

const LINE = { type: 'LineString', coordinates: [[-95, 29], [-96, 30.5]] };

describe('the geometry of an admin page', () => {
  it.each([
    ['a geometry', LINE],
    ['a feature', { type: 'Feature', geometry: LINE, properties: {} }],
    ['a collection', { type: 'FeatureCollection', features: [{ type: 'Feature', geometry: LINE, properties: {} }] }],
    ['a geometry collection', { type: 'GeometryCollection', geometries: [LINE] }],
  ])('may be %s', (_name, value) => {
    expect(boundsOf(parseGeometry(JSON.stringify(value)))).toEqual([-96, 29, -95, 30.5]);
  });

  it('may be a point or an area', () => {
    expect(boundsOf(parseGeometry('{"type":"Point","coordinates":[-95,29]}'))).toEqual([-95, 29, -95, 29]);
    const area = { type: 'MultiPolygon', coordinates: [[[[0, 0], [2, 0], [2, 1], [0, 0]]], [[[5, 5], [6, 5], [6, 6], [5, 5]]]] };
    expect(boundsOf(parseGeometry(JSON.stringify(area)))).toEqual([0, 0, 6, 6]);
  });

  it('has no bounds when empty', () => {
    expect(boundsOf(parseGeometry('{"type":"FeatureCollection","features":[]}'))).toBeNull();
    expect(boundsOf(parseGeometry('{"type":"Feature","geometry":null,"properties":{}}'))).toBeNull();
  });

  it('is refused with a plain message', () => {
    expect(() => parseGeometry('{')).toThrow('The geometry is not valid JSON.');
    expect(() => parseGeometry('5')).toThrow('The geometry is not GeoJSON.');
    expect(() => parseGeometry('null')).toThrow('The geometry is not GeoJSON.');
  });
});
