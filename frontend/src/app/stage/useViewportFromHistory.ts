import { useEffect } from 'react';
import type { RefObject } from 'react';

import type { MapHandle } from '../../features/map';
import { useMapView } from '../useMapView';

/** Back and Forward move the map to the viewport of that history entry. */
export function useViewportFromHistory(mapRef: RefObject<MapHandle | null>): void {
  const [view] = useMapView();
  const { viewport } = view;
  useEffect(() => {
    const jump = (): void => {
      if (viewport !== null) mapRef.current?.jumpTo(viewport);
    };
    window.addEventListener('popstate', jump);
    return () => window.removeEventListener('popstate', jump);
  }, [mapRef, viewport]);
}
