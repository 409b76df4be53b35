import { useCallback, useMemo } from 'react';

import { navigate, useSearchString } from '../lib/location';
import { decodeMapView, encodeMapView } from '../lib/mapView';
import type { MapView } from '../lib/mapView';

const PATH = '/';

/**
 * The map page's state, kept in the address.
 *
 * What the user chose (asset, run) makes a history entry, so that Back returns to it; what follows
 * from moving about (viewport, wave, layers) replaces the current one.
 */
export function useMapView(): [MapView, (change: Partial<MapView>) => void] {
  const search = useSearchString();
  const view = useMemo(() => decodeMapView(search), [search]);
  const patch = useCallback((change: Partial<MapView>) => {
    const current = decodeMapView(window.location.search);
    const isChoice =
      (change.selected !== undefined && change.selected !== current.selected) ||
      (change.run !== undefined && change.run !== current.run) ||
      (change.vulnerability !== undefined && change.vulnerability !== current.vulnerability);
    navigate(PATH + encodeMapView({ ...current, ...change }), { replace: !isChoice });
  }, []);
  return [view, patch];
}
