import { useCallback, useMemo } from 'react';

import { navigate, useSearchString } from '../lib/location';
import { decodeMapView, withMapView } from '../lib/mapView';
import type { MapView } from '../lib/mapView';

/**
 * The state of the map, kept in the address of the workspace that shows it.
 *
 * What the user chose (asset, run) makes a history entry, so that Back returns to it; what follows
 * from moving about (viewport, wave, layers) replaces the current one.
 */
export function useMapView(): [MapView, (change: Partial<MapView>) => void] {
  const search = useSearchString();
  const view = useMemo(() => decodeMapView(search), [search]);
  const patch = useCallback((change: Partial<MapView>) => {
    const { pathname, search: now } = window.location;
    const current = decodeMapView(now);
    const isChoice =
      (change.selected !== undefined && change.selected !== current.selected) ||
      (change.run !== undefined && change.run !== current.run) ||
      (change.vulnerability !== undefined && change.vulnerability !== current.vulnerability);
    navigate(pathname + withMapView(now, { ...current, ...change }), { replace: !isChoice });
  }, []);
  return [view, patch];
}
