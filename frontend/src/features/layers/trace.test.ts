import { describe, expect, it } from 'vitest';

import { pathsOfLines } from '../../lib/draw/lines';
import { linesOf } from '../../lib/geojson';

import { traceLayers } from './trace';

const LINES = [
  [
    [-95, 29],
    [-95.1, 29.1],
    [-95.2, 29.2],
  ],
  [
    [-96, 30],
    [-96.1, 30.1],
  ],
] as const;
const STYLE = { colour: 'voltage', zoom: 12, placement: { beforeId: 'labels' }, legends: {} } as const;

describe('the lines of a trace', () => {
  it('become flat columns', () => {
    const { coords, starts } = pathsOfLines(LINES);
    expect([...starts]).toEqual([0, 3, 5]);
    expect([...coords]).toEqual([-95, 29, -95.1, 29.1, -95.2, 29.2, -96, 30, -96.1, 30.1]);
  });

  it('are one layer, and none where nothing was found', () => {
    expect(traceLayers(LINES, STYLE).map((layer) => layer.id)).toEqual(['trace']);
    expect(traceLayers([], STYLE)).toEqual([]);
    expect(traceLayers(null, STYLE)).toEqual([]);
  });

  it('are read from GeoJSON lines alone', () => {
    expect(linesOf({ type: 'MultiLineString', coordinates: LINES })).toEqual(LINES);
    expect(linesOf({ type: 'LineString', coordinates: LINES[1] })).toEqual([LINES[1]]);
    expect(linesOf({ type: 'Point', coordinates: [1, 2] })).toBeNull();
    expect(linesOf(null)).toBeNull();
  });
});
