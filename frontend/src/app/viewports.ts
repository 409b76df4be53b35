import type { Bounds } from '../lib/boundsGrid';
import type { Viewport } from '../lib/mapView';

/** Zoom that shows the territory with its surroundings on a screen of about 1,000 by 600 pixels. */
export function homeViewport(bounds: Bounds): Viewport {
  const [west, south, east, north] = bounds;
  const widthDeg = Math.max(east - west, 0.01);
  const zoom = Math.log2((360 * 1_000) / (512 * widthDeg)) - 1;
  return { lng: (west + east) / 2, lat: (south + north) / 2, zoom: Math.min(16, Math.max(3, zoom)) };
}

/** Transmission is seen from afar; everything else must be zoomed in to. */
export function zoomToSee(assetId: string, current: number): number {
  if (/^(SUB|BR|BUS|PLANT|ZONE)-/.test(assetId)) return Math.max(current, 9.5);
  if (assetId.startsWith('WAT-')) return Math.max(current, 12);
  return Math.max(current, 14.5);
}

/** Assets a cascade can begin with that are drawn on the map. */
export function canBeFailed(assetId: string): boolean {
  return assetId.startsWith('SUB-') || assetId.startsWith('BR-');
}
