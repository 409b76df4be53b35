import type { Feature, FeatureCollection, Geometry, Position } from 'geojson';

import type { Bounds } from '../lib/boundsGrid';

/** The features of GeoJSON text; throws with a plain message if it is none. */
export function parseGeometry(text: string): FeatureCollection {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new Error('The geometry is not valid JSON.');
  }
  if (typeof parsed !== 'object' || parsed === null || !('type' in parsed)) throw new Error('The geometry is not GeoJSON.');
  const value = parsed as FeatureCollection | Feature | Geometry;
  if (value.type === 'FeatureCollection') return value;
  if (value.type === 'Feature') return { type: 'FeatureCollection', features: [value] };
  return { type: 'FeatureCollection', features: [{ type: 'Feature', geometry: value, properties: {} }] };
}

function* positionsOf(geometry: Geometry | null): Generator<Position> {
  if (geometry === null) return;
  if (geometry.type === 'GeometryCollection') {
    for (const part of geometry.geometries) yield* positionsOf(part);
    return;
  }
  yield* flatten(geometry.coordinates);
}

type Nested = Position | Nested[];

function* flatten(coordinates: Nested): Generator<Position> {
  if (typeof coordinates[0] === 'number') yield coordinates as Position;
  else for (const inner of coordinates as Nested[]) yield* flatten(inner);
}

/** Bounds of all positions, or null if there are none. */
export function boundsOf(collection: FeatureCollection): Bounds | null {
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const feature of collection.features) {
    for (const [lon = Number.NaN, lat = Number.NaN] of positionsOf(feature.geometry)) {
      west = Math.min(west, lon);
      east = Math.max(east, lon);
      south = Math.min(south, lat);
      north = Math.max(north, lat);
    }
  }
  return west <= east && south <= north ? [west, south, east, north] : null;
}
