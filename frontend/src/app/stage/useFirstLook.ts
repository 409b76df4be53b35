import { useEffectEvent, useLayoutEffect } from 'react';
import type { RefObject } from 'react';

import type { Bounds } from '../../lib/boundsGrid';
import type { Viewport } from '../../lib/mapView';
import { boundsInView } from '../frame';
import type { Size } from '../frame';

/** Tell what the map will show first, before there is a map: its data are loaded while it is made. */
export function useFirstLook(
  frame: RefObject<HTMLElement | null>,
  firstViewport: (size: Size) => Viewport,
  onLook: (look: { zoom: number; bounds: Bounds }) => void,
): void {
  const look = useEffectEvent((size: Size) => {
    const viewport = firstViewport(size);
    onLook({ zoom: viewport.zoom, bounds: boundsInView(viewport, size) });
  });
  useLayoutEffect(() => {
    const element = frame.current;
    if (element !== null && element.clientWidth > 0) look({ width: element.clientWidth, height: element.clientHeight });
  }, [frame]);
}
