import { parseHex } from '../../../lib/colourScale';
import type { Rgb } from '../../../lib/colourScale';
import type { LegendItem } from '../../../lib/legendItem';
import { LOADING_CLASSES, loadingClass } from '../../../lib/loadingClasses';
import type { TileLayerSpec, TileStyleLayer } from '../../../lib/tiles/spec';
import { css } from '../../../ui/palette';
import type { MapLayerInfo } from '../queries';

type Expression = unknown;

/** The loading that a cell of transformers has: the highest of its own. */
const WORST_LOADING = 'latest_loading_pct';
/** Of many cells side by side: a disc stays about as wide as its cell. */
const RADIUS: Expression = ['interpolate', ['linear'], ['sqrt', ['coalesce', ['get', 'count'], 1]], 1, 1.6, 5, 3, 30, 6.5, 200, 9];
/** What is told apart by class near by has one colour from afar, that of none of its classes. */
const COLOURS: Readonly<Record<string, Rgb>> = { meters: [126, 142, 158], switches: [190, 160, 214] };
const NEUTRAL: Rgb = [138, 153, 168];

function colourOf({ key, legend }: MapLayerInfo): Rgb {
  return COLOURS[key] ?? (legend.length === 1 && legend[0] !== undefined ? parseHex(legend[0].color) : null) ?? NEUTRAL;
}

/** Colour by the class of the highest loading in a cell; exactly 100 % is no overload. */
function worstLoading(): Expression {
  const value = ['get', WORST_LOADING];
  const of = (pct: number): string => css(loadingClass(pct).colour);
  return [
    'case',
    ['!=', ['typeof', value], 'number'],
    css(loadingClass(null).colour),
    ['>', value, 100],
    of(101),
    ['step', ['to-number', value], of(0), 60, of(60), 80, of(80)],
  ];
}

/** Sections of a class are told by their width near by, and from afar are as thin as can be. */
function lineColour({ legend }: MapLayerInfo): Expression {
  const pairs = legend.flatMap((entry) => (typeof entry.value === 'string' ? [entry.value, entry.color] : []));
  return pairs.length === 0 ? css(NEUTRAL) : ['match', ['to-string', ['get', 'line_class']], ...pairs, css(NEUTRAL)];
}

/**
 * What stands for a layer of columns while the map is too far out for its rows: cells that count them, or merged
 * lines. Tiles are asked for at such zooms only.
 */
export function cellSpec(info: MapLayerInfo, shown: { opacity: number; scheme: 'dark' | 'light' }): TileLayerSpec {
  const { opacity } = shown;
  const maxzoom = info.minZoom;
  const cells = {
    id: 'cells',
    type: 'circle',
    maxzoom,
    filter: ['==', ['geometry-type'], 'Point'],
    paint: {
      'circle-radius': RADIUS,
      'circle-color': info.key === 'transformers' ? worstLoading() : css(colourOf(info)),
      'circle-opacity': 0.5 * opacity,
      'circle-stroke-color': shown.scheme === 'dark' ? '#0a0f14' : '#ffffff',
      'circle-stroke-width': 0.5,
      'circle-stroke-opacity': opacity,
    },
  };
  const lines = {
    id: 'merged',
    type: 'line',
    maxzoom,
    filter: ['!=', ['geometry-type'], 'Point'],
    paint: { 'line-color': lineColour(info), 'line-opacity': 0.6 * opacity, 'line-width': 0.7 },
  };
  return {
    key: info.key,
    tilesUrl: info.tilesUrl,
    version: info.tilesVersion ?? info.dataVersion ?? '',
    maxZoom: info.tilesMaxZoom,
    layers: (info.geometryKind === 'LINE' ? [lines] : [cells]) as TileStyleLayer[],
    solids: null,
  };
}

/** What the colours mean while cells stand for a layer; empty: they are those of the layer. */
export function cellLegend(info: MapLayerInfo): LegendItem[] {
  if (info.key === 'transformers') {
    return LOADING_CLASSES.map(({ key, label, colour }) => ({
      label: key === 'unknown' ? 'highest loading unknown' : `highest loading ${label}`,
      colour,
      shape: 'dot' as const,
    }));
  }
  if (info.columnsUrl === null || info.geometryKind === 'LINE') return [];
  return [{ label: 'the larger the disc, the more', colour: colourOf(info), shape: 'dot' }];
}
