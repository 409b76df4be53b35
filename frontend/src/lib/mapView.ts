/**
 * The shareable state of the map page and its query-string form.
 *
 * Anything malformed in a link is dropped, never passed on: a bad link opens the default view.
 */
import { decodeDisplay, DEFAULT_DISPLAY, DISPLAY_NAMES, encodeDisplay } from './layerDisplay';
import type { LayerDisplay } from './layerDisplay';

/** What colours lines: their voltage, their loading, or their load over the rating in the weather. */
export type ColourMode = 'voltage' | 'loading' | 'weather';

const COLOUR_MODES: readonly ColourMode[] = ['voltage', 'loading', 'weather'];

export interface Viewport {
  /** Degrees east, -180..180. */
  lng: number;
  /** Degrees north, within Web Mercator's -85..85. */
  lat: number;
  /** Map zoom, 0..22. */
  zoom: number;
}

export interface MapView {
  viewport: Viewport | null;
  /** Keys of the visible layers; null means the defaults. */
  layers: readonly string[] | null;
  colour: ColourMode;
  selected: string | null;
  run: string | null;
  wave: number | null;
  /** The map of vulnerability shown: `present`, or its id. */
  vulnerability: string | null;
  /** How layers are shown. */
  display: LayerDisplay;
  /** What was drawn on the map, in a few letters (`lib/geo/shapes`). */
  drawn: string | null;
  /** Assets pinned to be compared, at most four. */
  pins: readonly string[];
}

export const DEFAULT_VIEW: MapView = {
  viewport: null,
  layers: null,
  colour: 'voltage',
  selected: null,
  run: null,
  wave: null,
  vulnerability: null,
  display: DEFAULT_DISPLAY,
  drawn: null,
  pins: [],
};

export const MOST_PINS = 4;

const MAX_LATITUDE = 85;
const MAX_ZOOM = 22;
const LAYER_KEY = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;
const ASSET_ID = /^[A-Z]{2,8}-[A-Za-z0-9_.:-]{1,120}$/;
const MAP_ID = /^(present|\d{1,18})$/;
const DRAWN = /^[A-Za-z0-9_.-]{1,4000}$/;
const RUN_ID = /^[A-Za-z0-9_=:.-]{1,200}$/;

function decodeViewport(text: string | null): Viewport | null {
  const parts = text?.split(',') ?? [];
  if (parts.length !== 3 || parts.some((part) => part.trim() === '')) return null;
  const [lng, lat, zoom] = parts.map(Number) as [number, number, number];
  if (![lng, lat, zoom].every(Number.isFinite)) return null;
  if (Math.abs(lng) > 180 || Math.abs(lat) > MAX_LATITUDE || zoom < 0 || zoom > MAX_ZOOM) return null;
  return { lng, lat, zoom };
}

function matching(text: string | null, pattern: RegExp): string | null {
  return text !== null && pattern.test(text) ? text : null;
}

function decodeWave(text: string | null): number | null {
  if (text === null || !/^\d{1,5}$/.test(text)) return null;
  return Number(text);
}

function decodePins(text: string | null): string[] {
  const ids = (text ?? '').split(',').filter((id) => ASSET_ID.test(id));
  return [...new Set(ids)].slice(0, MOST_PINS);
}

export function decodeMapView(search: string): MapView {
  const params = new URLSearchParams(search);
  const layers = params.get('layers');
  return {
    viewport: decodeViewport(params.get('at')),
    layers: layers === null ? null : layers.split(',').filter((key) => LAYER_KEY.test(key)),
    colour: COLOUR_MODES.find((mode) => mode === params.get('colour')) ?? 'voltage',
    selected: matching(params.get('sel'), ASSET_ID),
    run: matching(params.get('run'), RUN_ID),
    wave: decodeWave(params.get('wave')),
    vulnerability: matching(params.get('vulnerability'), MAP_ID),
    display: decodeDisplay(params),
    drawn: matching(params.get('shape'), DRAWN),
    pins: decodePins(params.get('pins')),
  };
}

/** Query string (with `?`, or empty for the default view). Coordinates keep 5 decimals: about a metre. */
export function encodeMapView(view: MapView): string {
  const parts: string[] = [];
  const add = (name: string, value: string): void => {
    // Commas and colons are legal in a query; leaving them bare keeps links readable.
    parts.push(`${name}=${encodeURIComponent(value).replaceAll('%2C', ',').replaceAll('%3A', ':')}`);
  };
  if (view.viewport !== null) {
    const { lng, lat, zoom } = view.viewport;
    add('at', `${round(lng, 5)},${round(lat, 5)},${round(zoom, 2)}`);
  }
  if (view.layers !== null) add('layers', view.layers.join(','));
  if (view.colour !== 'voltage') add('colour', view.colour);
  if (view.selected !== null) add('sel', view.selected);
  if (view.run !== null) add('run', view.run);
  if (view.wave !== null) add('wave', String(view.wave));
  if (view.vulnerability !== null) add('vulnerability', view.vulnerability);
  for (const [name, value] of encodeDisplay(view.display)) add(name, value);
  if (view.drawn !== null) add('shape', view.drawn);
  if (view.pins.length > 0) add('pins', view.pins.join(','));
  return parts.length === 0 ? '' : `?${parts.join('&')}`;
}

const OWN_NAMES = ['at', 'layers', 'colour', 'sel', 'run', 'wave', 'vulnerability', ...DISPLAY_NAMES, 'shape', 'pins'];

/** The query string with this view in it; what else it says stays. */
export function withMapView(search: string, view: MapView): string {
  const others = [...new URLSearchParams(search)].filter(([name]) => !OWN_NAMES.includes(name));
  const kept = others.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`);
  const own = encodeMapView(view).slice(1);
  const parts = [...(own === '' ? [] : [own]), ...kept];
  return parts.length === 0 ? '' : `?${parts.join('&')}`;
}

/** What of a view goes along to another workspace: where one looks, at what, and what one marked. */
export function sharedView(view: MapView): MapView {
  const { viewport, layers, colour, selected, display, drawn, pins } = view;
  return { ...DEFAULT_VIEW, viewport, layers, colour, selected, display, drawn, pins };
}

function round(value: number, digits: number): number {
  const rounded = Number(value.toFixed(digits));
  return rounded === 0 ? 0 : rounded;
}
