import { kindOf } from '../features/assets/kinds';
import { decodeMapView, withMapView } from '../lib/mapView';

import { zoomToSee } from './viewports';

interface PlacedAsset {
  assetId: string;
  lon: number | null;
  lat: number | null;
}

/** The map's address with an asset selected and, if its place is known, in the middle. */
export function assetAddress({ assetId, lon, lat }: PlacedAsset, mapAddress: string): string {
  const [path = '/', query = ''] = mapAddress.split('?');
  const view = decodeMapView(query);
  const zoom = zoomToSee(assetId, view.viewport?.zoom ?? 0);
  const viewport = lon === null || lat === null ? view.viewport : { lng: lon, lat, zoom };
  return path + withMapView(query, { ...view, viewport, selected: kindOf(assetId) === null ? view.selected : assetId });
}
