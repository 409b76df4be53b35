import type { FeatureCollection, Point } from 'geojson';

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
