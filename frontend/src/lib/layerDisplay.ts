/**
 * How the layers of the map are shown, beyond which ones: the part of the view that the layer panel edits.
 *
 * Each part has its own name in the query string; anything malformed in a link is dropped.
 */
export interface LayerDisplay {
  /** Percent by layer; a layer that is not named is opaque. */
  opacity: Readonly<Record<string, number>>;
  /** Chosen classes by `layer.field`; a field that is not named shows all. */
  filters: LayerFilters;
  heat: { measure: string; isTowers: boolean } | null;
  /** Without an hour: the newest on record. */
  weather: { measure: string; at: string | null } | null;
  isTilted: boolean;
  /** Arrows that run along transmission lines. */
  hasFlow: boolean;
}

export type LayerFilters = Readonly<Record<string, readonly string[]>>;

export const DEFAULT_DISPLAY: LayerDisplay = {
  opacity: {},
  filters: {},
  heat: null,
  weather: null,
  isTilted: false,
  hasFlow: false,
};

export const DISPLAY_NAMES = ['opacity', 'filter', 'heat', 'weather', 'tilt', 'flow'];

/** Fully clear is a layer that is off. */
export const LEAST_OPACITY = 10;

const KEY = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;
const FIELD = /^[A-Za-z][A-Za-z0-9_-]{0,63}\.[A-Za-z][A-Za-z0-9_]{0,63}$/;
const CLASS = /^[A-Za-z0-9_.-]{1,60}$/;
const MEASURE = /^[A-Z][A-Z_]{0,40}$/;
const TOWERS = 'towers';

function entries(text: string | null): string[][] {
  return (text ?? '').split(',').flatMap((part) => (part === '' ? [] : [part.split(':')]));
}

function decodeOpacity(text: string | null): Record<string, number> {
  const found: Record<string, number> = {};
  for (const [key = '', value = ''] of entries(text)) {
    const percent = /^\d{1,3}$/.test(value) ? Number(value) : Number.NaN;
    if (KEY.test(key) && percent >= LEAST_OPACITY && percent < 100) found[key] = percent;
  }
  return found;
}

function decodeFilters(text: string | null): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const [field = '', ...classes] of entries(text)) {
    const chosen = classes.filter((each) => CLASS.test(each));
    if (FIELD.test(field) && chosen.length > 0) found[field] = chosen;
  }
  return found;
}

function decodeHeat(text: string | null): LayerDisplay['heat'] {
  const [measure = '', form] = (text ?? '').split(':');
  return MEASURE.test(measure) ? { measure, isTowers: form === TOWERS } : null;
}

function decodeWeather(text: string | null): LayerDisplay['weather'] {
  const [measure = '', at = ''] = (text ?? '').split(',');
  if (!MEASURE.test(measure)) return null;
  const time = Date.parse(at);
  return { measure, at: Number.isNaN(time) ? null : hourText(time) };
}

/** An hour as it stands in an address: `2026-07-01T14:00Z`. */
export function hourText(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 16)}Z`;
}

export function decodeDisplay(params: URLSearchParams): LayerDisplay {
  return {
    opacity: decodeOpacity(params.get('opacity')),
    filters: decodeFilters(params.get('filter')),
    heat: decodeHeat(params.get('heat')),
    weather: decodeWeather(params.get('weather')),
    isTilted: params.get('tilt') === '1',
    hasFlow: params.get('flow') === '1',
  };
}

/** Names and values for the query string; what is as ever is left out. */
export function encodeDisplay(display: LayerDisplay): [string, string][] {
  const parts: [string, string][] = [];
  const opacity = Object.entries(display.opacity).filter(([, percent]) => percent < 100);
  const filters = Object.entries(display.filters).filter(([, chosen]) => chosen.length > 0);
  const { heat, weather } = display;
  if (opacity.length > 0) parts.push(['opacity', opacity.map(([key, percent]) => `${key}:${percent}`).join(',')]);
  if (filters.length > 0) parts.push(['filter', filters.map(([field, chosen]) => [field, ...chosen].join(':')).join(',')]);
  if (heat !== null) parts.push(['heat', heat.isTowers ? `${heat.measure}:${TOWERS}` : heat.measure]);
  if (weather !== null) parts.push(['weather', weather.at === null ? weather.measure : `${weather.measure},${weather.at}`]);
  if (display.isTilted) parts.push(['tilt', '1']);
  if (display.hasFlow) parts.push(['flow', '1']);
  return parts;
}

/** Opacity of a layer, 0 to 1. */
export function opacityOf(display: Pick<LayerDisplay, 'opacity'>, key: string): number {
  return (display.opacity[key] ?? 100) / 100;
}

/** The filters of a layer, by field. */
export function filtersOf(filters: LayerFilters, layer: string): Record<string, readonly string[]> {
  const own = Object.entries(filters).filter(([name]) => name.startsWith(`${layer}.`));
  return Object.fromEntries(own.map(([name, chosen]) => [name.slice(layer.length + 1), chosen]));
}

export function withFilter(filters: LayerFilters, name: string, chosen: readonly string[]): LayerFilters {
  const { [name]: _before, ...others } = filters;
  return chosen.length === 0 ? others : { ...others, [name]: chosen };
}
