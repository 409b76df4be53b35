import type { StyleSpecification } from 'maplibre-gl';

import type { ColourScheme } from '../preferences';

import type { BaseMap } from './atlas';

/** Data layers are drawn under the first label layer, so that names stay readable. */
export const FIRST_LABEL_LAYER = 'names-county';
export const SUBSTATION_LABEL_SOURCE = 'substation-labels';

const COLOURS = {
  dark: {
    outside: '#0a0f14',
    land: '#111921',
    county: '#1e2a34',
    state: '#3a4d5c',
    name: '#6c8090',
    stateName: '#8296a5',
    substation: '#d5e0e8',
    halo: '#0a0f14',
  },
  light: {
    outside: '#cfdbe3',
    land: '#f3f5f6',
    county: '#dde3e8',
    state: '#a9b6c0',
    name: '#5c6d79',
    stateName: '#4a5a66',
    substation: '#22313c',
    halo: '#f3f5f6',
  },
} as const;

const NO_FEATURES = { type: 'FeatureCollection' as const, features: [] };
/** Family of the app's own font; drawn by the browser, so no glyph server is needed. */
const FONT = ['Roboto'];

/** The offline style: no network beyond the app's own files, no glyphs, no sprites. */
export function offlineStyle(base: BaseMap, scheme: ColourScheme): StyleSpecification {
  const colour = COLOURS[scheme];
  return {
    version: 8,
    name: 'Flux offline',
    sources: {
      land: { type: 'geojson', data: base.land as GeoJSON.GeoJSON },
      'county-borders': { type: 'geojson', data: base.countyBorders },
      'state-borders': { type: 'geojson', data: base.stateBorders },
      names: { type: 'geojson', data: base.names },
      [SUBSTATION_LABEL_SOURCE]: { type: 'geojson', data: NO_FEATURES },
    },
    layers: [
      { id: 'outside', type: 'background', paint: { 'background-color': colour.outside } },
      { id: 'land', type: 'fill', source: 'land', paint: { 'fill-color': colour.land } },
      {
        id: 'county-borders',
        type: 'line',
        source: 'county-borders',
        minzoom: 5,
        paint: { 'line-color': colour.county, 'line-width': ['interpolate', ['linear'], ['zoom'], 5, 0.4, 10, 1.2] },
      },
      {
        id: 'state-borders',
        type: 'line',
        source: 'state-borders',
        paint: { 'line-color': colour.state, 'line-width': ['interpolate', ['linear'], ['zoom'], 3, 0.6, 8, 1.6] },
      },
      {
        id: 'names-county',
        type: 'symbol',
        source: 'names',
        minzoom: 7.2,
        maxzoom: 12,
        filter: ['==', ['get', 'level'], 'county'],
        layout: { 'text-field': ['get', 'name'], 'text-font': FONT, 'text-size': 11, 'text-letter-spacing': 0.08 },
        paint: { 'text-color': colour.name, 'text-halo-color': colour.halo, 'text-halo-width': 1 },
      },
      {
        id: 'names-state',
        type: 'symbol',
        source: 'names',
        minzoom: 3,
        maxzoom: 7.2,
        filter: ['==', ['get', 'level'], 'state'],
        layout: {
          'text-field': ['get', 'name'],
          'text-font': FONT,
          'text-size': 12,
          'text-letter-spacing': 0.12,
          'text-transform': 'uppercase',
        },
        paint: { 'text-color': colour.stateName, 'text-halo-color': colour.halo, 'text-halo-width': 1 },
      },
      substationLabels(scheme),
    ],
  };
}

/** Names of substations, the highest voltages first where there is no room for all. */
export function substationLabels(scheme: ColourScheme): Extract<StyleSpecification['layers'][number], { type: 'symbol' }> {
  return {
    id: 'names-substation',
    type: 'symbol',
    source: SUBSTATION_LABEL_SOURCE,
    minzoom: 8.5,
    layout: {
      'text-field': ['get', 'name'],
      'text-font': FONT,
      'text-size': 11,
      'text-anchor': 'left',
      'text-offset': [0.9, 0],
      'symbol-sort-key': ['-', 0, ['get', 'rank']],
      'text-padding': 3,
    },
    paint: { 'text-color': COLOURS[scheme].substation, 'text-halo-color': COLOURS[scheme].halo, 'text-halo-width': 1.4 },
  };
}
