import { csvOf } from '../../../lib/csv';
import type { CsvCell } from '../../../lib/csv';

import type { AreaAsset } from './queries';

function cellOf(value: unknown): CsvCell {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return JSON.stringify(value);
}

/** Assets as rows: what all have, then every attribute that any of them has. */
export function assetsCsv(assets: readonly AreaAsset[]): string {
  const names = [...new Set(assets.flatMap((asset) => Object.keys(asset.attributes)))];
  const head = ['class', 'id', 'title', 'circuit', 'substation', 'longitude', 'latitude', ...names];
  return csvOf(
    head,
    assets.map((asset) => [
      asset.kind,
      asset.assetId,
      asset.title,
      asset.circuitId,
      asset.substationId,
      asset.lon,
      asset.lat,
      ...names.map((name) => cellOf(asset.attributes[name])),
    ]),
  );
}

/** Assets as GeoJSON (RFC 7946): a point on each. */
export function assetsGeoJson(assets: readonly AreaAsset[]): string {
  return JSON.stringify({
    type: 'FeatureCollection',
    features: assets.map((asset) => ({
      type: 'Feature',
      id: asset.assetId,
      geometry: { type: 'Point', coordinates: [asset.lon, asset.lat] },
      properties: {
        class: asset.kind,
        title: asset.title,
        circuit: asset.circuitId,
        substation: asset.substationId,
        ...asset.attributes,
      },
    })),
  });
}
