import type { Layer } from '@deck.gl/core';

import { pointLayer } from '../../lib/draw/points';
import type { Placement } from '../../lib/draw/points';
import { symbolScale } from '../../lib/draw/zoomScale';

/** Amber and white: apart from the reds and blues of assets, also for those who confuse red and green. */
const CORE = [255, 196, 61, 90] as const;
const RING = [255, 196, 61, 255] as const;

/** Marks the selected outage at its place, also one that is over and so no longer drawn with the others. */
export function selectedOutageLayers(
  place: { lon: number; lat: number } | null,
  style: { zoom: number; placement: Placement },
): Layer[] {
  if (place === null) return [];
  return [
    pointLayer({
      id: 'selected-outage',
      columns: { ids: ['selected'], lon: Float64Array.of(place.lon), lat: Float64Array.of(place.lat) },
      style: { radiiPx: 14, radiusScale: symbolScale(style.zoom), fill: CORE, outline: RING, outlinePx: 3 },
      placement: style.placement,
    }),
  ];
}
