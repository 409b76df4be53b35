/** Addresses that the workspace leads to. */
import { DEFAULT_VIEW, encodeMapView } from '../../lib/mapView';

export const FLEET_PATH = '/assets';

export function transformerPath(assetId: string): string {
  return `${FLEET_PATH}/${encodeURIComponent(assetId)}`;
}

/** The map with this asset selected. */
export function onMapPath(assetId: string): string {
  return `/${encodeMapView({ ...DEFAULT_VIEW, selected: assetId })}`;
}
