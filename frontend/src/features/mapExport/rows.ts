import type { Bounds } from '../../lib/boundsGrid';
import { FLAG_UNKNOWN } from '../../lib/columns/decode';
import type { PathColumn } from '../../lib/columns/decode';
import { csvOf } from '../../lib/csv';
import type { CsvCell } from '../../lib/csv';

type Value = string | number | boolean | null;

/** One asset that is drawn in view. */
export interface ShownAsset {
  layer: string;
  id: string;
  /** One position of a point, all of a line; longitude before latitude. */
  places: readonly (readonly [number, number])[];
  properties: Readonly<Record<string, Value>>;
}

/** Columns of a layer as they are drawn: `ids`, places, and any number of other columns of the same length. */
export interface ShownColumns {
  ids: readonly string[];
  lon?: Float64Array;
  lat?: Float64Array;
  /** Straight lines: the two ends of line i at 4i..4i+3. */
  coords?: Float64Array;
  paths?: PathColumn;
}

const PLACES: ReadonlySet<string> = new Set(['ids', 'lon', 'lat', 'coords', 'paths']);

function placesOf(columns: ShownColumns, i: number): [number, number][] {
  const { lon, lat, coords, paths } = columns;
  if (lon !== undefined && lat !== undefined) return [[lon[i] ?? Number.NaN, lat[i] ?? Number.NaN]];
  const flat = paths === undefined ? coords?.subarray(4 * i, 4 * i + 4) : paths.coords.subarray(2 * (paths.starts[i] ?? 0), 2 * (paths.starts[i + 1] ?? 0));
  const places: [number, number][] = [];
  for (let at = 0; at + 1 < (flat?.length ?? 0); at += 2) places.push([flat?.[at] ?? Number.NaN, flat?.[at + 1] ?? Number.NaN]);
  return places;
}

/** Whether the box around the places meets the view. */
function isInView(places: readonly (readonly [number, number])[], [west, south, east, north]: Bounds): boolean {
  const lons = places.map(([lon]) => lon);
  const lats = places.map(([, lat]) => lat);
  return Math.max(...lons) >= west && Math.min(...lons) <= east && Math.max(...lats) >= south && Math.min(...lats) <= north;
}

function valueOf(column: unknown, i: number): Value {
  if (column instanceof Uint8Array) return column[i] === undefined || column[i] === FLAG_UNKNOWN ? null : column[i] === 1;
  const value: unknown = Array.isArray(column) || ArrayBuffer.isView(column) ? Reflect.get(column, i) : null;
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  return typeof value === 'string' || typeof value === 'boolean' ? value : null;
}

/** `ratedKva` as `rated_kva` and `toIds` as `to_id`, as files name their columns. */
function nameOf(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`).replace(/_ids$/, '_id');
}

/** All assets of the layers that lie in view, with every column that the map has of them. Unknown is null. */
export function shownAssets(layers: readonly { key: string; columns: ShownColumns }[], view: Bounds): ShownAsset[] {
  return layers.flatMap(({ key, columns }) => {
    const others = Object.entries(columns).filter(([name]) => !PLACES.has(name));
    return columns.ids.flatMap((id, i) => {
      const places = placesOf(columns, i);
      if (places.length === 0 || !isInView(places, view)) return [];
      const properties = Object.fromEntries(others.map(([name, column]) => [nameOf(name), valueOf(column, i)]));
      return [{ layer: key, id, places, properties }];
    });
  });
}

/** CSV with a place on each asset: its own, or the middle position of a line. */
export function shownCsv(assets: readonly ShownAsset[]): string {
  const names = [...new Set(assets.flatMap(({ properties }) => Object.keys(properties)))];
  return csvOf(
    ['layer', 'id', 'longitude', 'latitude', ...names],
    assets.map(({ layer, id, places, properties }) => {
      const [lon, lat] = middleOf(places);
      return [layer, id, lon, lat, ...names.map((name): CsvCell => properties[name])];
    }),
  );
}

function middleOf(places: ShownAsset['places']): [number | null, number | null] {
  const [first] = places;
  const last = places.at(-1);
  if (first === undefined || last === undefined) return [null, null];
  if (places.length === 2) return [(first[0] + last[0]) / 2, (first[1] + last[1]) / 2];
  const middle = places[Math.floor(places.length / 2)] ?? first;
  return [middle[0], middle[1]];
}

/** GeoJSON (RFC 7946). */
export function shownGeoJson(assets: readonly ShownAsset[]): string {
  return JSON.stringify({
    type: 'FeatureCollection',
    features: assets.map(({ layer, id, places, properties }) => ({
      type: 'Feature',
      id,
      geometry: places.length === 1 ? { type: 'Point', coordinates: places[0] } : { type: 'LineString', coordinates: places },
      properties: { layer, ...properties },
    })),
  });
}
