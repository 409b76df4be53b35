import type { LegendEntry } from '../../../lib/colourScale';
import { parseHex, UNKNOWN_CLASS } from '../../../lib/colourScale';
import type { LayerFilters } from '../../../lib/layerDisplay';
import type { TileLayerSpec, TileStyleLayer } from '../../../lib/tiles/spec';
import { tileFilter } from '../filters/apply';
import { lowerBounds } from '../filters/fields';
import type { MapLayerInfo } from '../queries';

import { BODIES_FROM_ZOOM, treeSolids } from './trees';

/** The property that the legend of a layer is about; a layer that is not named has one colour. */
const COLOURED_BY: Readonly<Record<string, string>> = {
  plants: 'fuel_type',
  buses: 'kv',
  circuits: 'loading_pct',
  customers: 'customer_class',
  work_orders: 'status',
  service_areas: 'loading_pct',
  weather_stations: 'temperature_c',
  vegetation: 'height_m',
  vegetation_risk: 'level',
  buildings: 'building_use',
  flood_zones: 'annual_chance_pct',
};

type Expression = unknown;

const UNKNOWN_COLOUR = `rgb(${UNKNOWN_CLASS.colour.join(',')})`;
const IS_AGGREGATE: Expression = ['==', ['get', 'is_aggregate'], true];
const IS_POINT: Expression = ['==', ['geometry-type'], 'Point'];
const COUNT: Expression = ['coalesce', ['get', 'count'], 1];
const not = (condition: Expression): Expression => ['!', condition];
const both = (...conditions: Expression[]): Expression => {
  const given = conditions.filter((each) => each !== null);
  return given.length === 1 ? given[0] : ['all', ...given];
};

/** Colour of a feature by the legend. */
export function colourExpression(key: string, legend: readonly LegendEntry[]): Expression {
  const property = COLOURED_BY[key];
  const [first] = legend;
  if (property === undefined) return first === undefined || parseHex(first.color) === null ? UNKNOWN_COLOUR : first.color;
  const value = ['get', property];
  const rest = legend.find((entry) => entry.minimum == null && entry.value == null)?.color ?? UNKNOWN_COLOUR;
  const bounds = lowerBounds(legend);
  if (bounds.length > 0) {
    const colourFrom = (bound: number): string => legend.find((entry) => entry.minimum === bound)?.color ?? rest;
    const steps = bounds.flatMap((bound) => [bound, colourFrom(bound)]);
    return ['case', ['==', ['typeof', value], 'number'], ['step', ['to-number', value], rest, ...steps], rest];
  }
  const pairs = legend.flatMap((entry) => (typeof entry.value === 'string' ? [entry.value, entry.color] : []));
  return pairs.length === 0 ? rest : ['match', ['to-string', value], ...pairs, rest];
}

interface Look {
  colour: Expression;
  opacity: number;
  /** Of rows; null: all. */
  filter: Expression;
  minzoom: number;
  edge: string;
}

/** What stands for many rows: a disc whose area grows with their number. */
function cells(look: Look, shown: Expression = null, count: Expression = COUNT): object[] {
  // Cells count all rows: while only some are wanted, they would tell of others.
  if (look.filter !== null && shown === null) return [];
  return [
    {
      id: 'cells',
      type: 'circle',
      // From whatever afar: nothing that is switched on is nowhere.
      minzoom: 0,
      filter: both(IS_AGGREGATE, IS_POINT, shown),
      paint: {
        'circle-radius': ['interpolate', ['linear'], ['sqrt', count], 1, 2, 5, 4.5, 30, 11, 200, 22],
        'circle-color': look.colour,
        'circle-opacity': 0.55 * look.opacity,
        'circle-stroke-color': look.edge,
        'circle-stroke-width': 0.6,
        'circle-stroke-opacity': look.opacity,
      },
    },
  ];
}

function dots(look: Look, radiusPx: Expression, more: object = {}): object {
  return {
    id: 'dots',
    type: 'circle',
    minzoom: look.minzoom,
    filter: both(not(IS_AGGREGATE), look.filter),
    paint: {
      'circle-radius': radiusPx,
      'circle-color': look.colour,
      'circle-opacity': 0.9 * look.opacity,
      'circle-stroke-color': look.edge,
      'circle-stroke-width': 0.8,
      'circle-stroke-opacity': look.opacity,
    },
    ...more,
  };
}

const POINT_RADIUS: Expression = ['interpolate', ['linear'], ['zoom'], 6, 2.5, 12, 4.5, 16, 7];
/** Units and buses are where their substation is: they must look out from under its mark. */
const AT_SUBSTATION_RADIUS: Expression = ['interpolate', ['linear'], ['zoom'], 6, 4.5, 12, 11, 16, 16];
const AT_SUBSTATIONS = new Set(['plants', 'buses']);
const TREE_RADIUS: Expression = ['interpolate', ['linear'], ['zoom'], 10, 1.8, 14, 3.6];

/** Trees: marks from afar, bodies near by; those of unknown size stay marks. */
function trees(look: Look, isRisk: boolean): object[] {
  const isUrgent: Expression = ['in', ['get', 'level'], ['literal', ['CRITICAL', 'HIGH']]];
  const hasNoBody: Expression = ['any', not(['has', 'height_m']), not(['has', 'crown_radius_m'])];
  const glow = {
    ...dots(look, ['interpolate', ['linear'], ['zoom'], 10, 4, 14, 9]),
    id: 'glow',
    maxzoom: BODIES_FROM_ZOOM,
    filter: both(not(IS_AGGREGATE), isUrgent, look.filter),
    paint: { 'circle-radius': ['interpolate', ['linear'], ['zoom'], 10, 4, 14, 9], 'circle-color': look.colour, 'circle-opacity': 0.35 * look.opacity, 'circle-blur': 0.8 },
  };
  return [
    ...(isRisk ? [glow] : []),
    dots(look, TREE_RADIUS, { maxzoom: BODIES_FROM_ZOOM }),
    { ...dots(look, 4), id: 'marks', minzoom: BODIES_FROM_ZOOM, filter: both(not(IS_AGGREGATE), hasNoBody, look.filter) },
  ];
}

/** Cells of trees near lines tell how many of them are urgent, so these can be shown alone. */
function riskCells(look: Look, chosen: readonly string[] | undefined): object[] {
  const urgent: Expression = ['+', ['coalesce', ['get', 'critical'], 0], ['coalesce', ['get', 'high'], 0]];
  const isUrgentOnly = chosen !== undefined && chosen.every((level) => level === 'CRITICAL' || level === 'HIGH');
  const colour: Expression = ['case', ['>', ['coalesce', ['get', 'critical'], 0], 0], '#f04254', ['>', urgent, 0], '#f59237', '#74a35b'];
  return isUrgentOnly ? cells({ ...look, colour }, ['>', urgent, 0], urgent) : cells({ ...look, colour }, true);
}

function buildings(look: Look): object {
  return {
    id: 'bodies',
    type: 'fill-extrusion',
    minzoom: look.minzoom,
    filter: both(not(IS_POINT), look.filter),
    paint: {
      'fill-extrusion-color': look.colour,
      // A footprint whose height is not known stays flat.
      'fill-extrusion-height': ['coalesce', ['get', 'height_m'], 0],
      'fill-extrusion-opacity': 0.85 * look.opacity,
    },
  };
}

function areas(look: Look, fill: number): object[] {
  const filter = both(not(IS_POINT), look.filter);
  return [
    { id: 'areas', type: 'fill', minzoom: look.minzoom, filter, paint: { 'fill-color': look.colour, 'fill-opacity': fill * look.opacity } },
    {
      id: 'edges',
      type: 'line',
      minzoom: look.minzoom,
      filter,
      paint: { 'line-color': look.colour, 'line-opacity': 0.8 * look.opacity, 'line-width': ['interpolate', ['linear'], ['zoom'], 7, 0.5, 14, 1.4] },
    },
  ];
}

function lines(look: Look): object {
  return {
    id: 'lines',
    type: 'line',
    minzoom: look.minzoom,
    filter: both(not(IS_POINT), look.filter),
    paint: { 'line-color': look.colour, 'line-opacity': look.opacity, 'line-width': ['interpolate', ['linear'], ['zoom'], 8, 1.2, 14, 3.2] },
  };
}

function layersOf({ key, geometryKind }: MapLayerInfo, look: Look, chosenLevels: readonly string[] | undefined): object[] {
  if (key === 'vegetation_risk') return [...riskCells(look, chosenLevels), ...trees(look, true)];
  if (key === 'vegetation') return [...cells(look), ...trees(look, false)];
  if (key === 'buildings') return [...cells(look), buildings(look)];
  if (geometryKind === 'POLYGON') return [...areas(look, key === 'water_bodies' ? 0.65 : 0.3), ...cells(look)];
  if (geometryKind === 'LINE') return [lines(look), ...cells(look)];
  return [...cells(look), dots(look, AT_SUBSTATIONS.has(key) ? AT_SUBSTATION_RADIUS : POINT_RADIUS)];
}

/** How MapLibre draws a layer of the server's tiles. */
export function tileSpec(
  info: MapLayerInfo,
  shown: { opacity: number; filters: LayerFilters; scheme: 'dark' | 'light' },
): TileLayerSpec {
  const { key, legend } = info;
  const look: Look = {
    colour: colourExpression(key, legend),
    opacity: shown.opacity,
    filter: tileFilter(key, shown.filters, legend),
    minzoom: info.minZoom,
    edge: shown.scheme === 'dark' ? '#0a0f14' : '#ffffff',
  };
  const isTrees = key === 'vegetation' || key === 'vegetation_risk';
  return {
    key,
    tilesUrl: info.tilesUrl,
    version: info.tilesVersion ?? info.dataVersion ?? '',
    maxZoom: info.tilesMaxZoom,
    layers: layersOf(info, look, shown.filters['vegetation_risk.level']) as TileStyleLayer[],
    solids: isTrees ? treeSolids(look.colour, 0.95 * shown.opacity, look.filter) : null,
  };
}

/** From the ground up: what is named later lies above. */
const ORDER = [
  'flood_zones',
  'water_bodies',
  'service_areas',
  'buildings',
  'circuits',
  'vegetation',
  'vegetation_risk',
  'customers',
  'buses',
  'plants',
  'weather_stations',
  'work_orders',
];

export function byHeight(one: { key: string }, other: { key: string }): number {
  return ORDER.indexOf(one.key) - ORDER.indexOf(other.key);
}
