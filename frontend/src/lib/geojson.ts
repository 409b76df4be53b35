import type { FeatureCollection, Point } from 'geojson';

import type { Lines } from './draw/lines';

export type PointFeatures<P> = FeatureCollection<Point, P & Record<string, unknown>>;

export function pointFeatures<P>(rows: Iterable<{ lon: number; lat: number; properties: P }>): PointFeatures<P> {
  const features: PointFeatures<P>['features'] = [];
  for (const { lon, lat, properties } of rows) {
    if (!Number.isFinite(lon) || !Number.isFinite(lat)) continue;
    features.push({
      type: 'Feature',
      geometry: { type: 'Point', coordinates: [lon, lat] },
      properties: properties as P & Record<string, unknown>,
    });
  }
  return { type: 'FeatureCollection', features };
}

/** The lines of a GeoJSON geometry; null if it is no line. */
export function linesOf(geometry: unknown): Lines | null {
  if (typeof geometry !== 'object' || geometry === null) return null;
  const { type, coordinates } = geometry as { type?: unknown; coordinates?: unknown };
  if (type === 'MultiLineString') return coordinates as Lines;
  return type === 'LineString' ? [coordinates as Lines[number]] : null;
}
