/** What the map shows whole. */
import { NARROW_PX } from '../features/layers';
import type { Bounds } from '../lib/boundsGrid';
import type { Viewport } from '../lib/mapView';

export interface Size {
  /** Pixels. */
  width: number;
  height: number;
}

/** A map of this size is assumed until there is one. */
export const USUAL_SIZE: Size = { width: 1_000, height: 600 };

/** What lies over the edges of a wide map: layers at the left, search above, tools at the right, the scale below. */
const OVERLAID = { left: 304, top: 64, right: 64, bottom: 48 };
const LEAST_PADDING_PX = 24;
const TILE_PX = 512;
const LEAST_ZOOM = 3;
/** A single place is shown with its surroundings. */
const MOST_ZOOM = 13;

/** The viewport that shows these bounds whole, beside what lies over the map where there is room for that. */
export function frameBounds([west, south, east, north]: Bounds, { width, height }: Size): Viewport {
  const isWide = width >= NARROW_PX;
  const pad = isWide ? OVERLAID : { left: LEAST_PADDING_PX, top: OVERLAID.top, right: OVERLAID.right, bottom: OVERLAID.bottom };
  const free = { width: Math.max(width - pad.left - pad.right, 1), height: Math.max(height - pad.top - pad.bottom, 1) };
  // In parts of the world's width, y downwards.
  const [left, right, top, bottom] = [x(west), x(east), y(north), y(south)];
  const fits = Math.log2(Math.min(free.width / (right - left), free.height / (bottom - top)) / TILE_PX);
  const zoom = Math.min(MOST_ZOOM, Math.max(LEAST_ZOOM, fits));
  const perPx = 1 / (TILE_PX * 2 ** zoom);
  const centre = {
    x: (left + right) / 2 + ((pad.right - pad.left) / 2) * perPx,
    y: (top + bottom) / 2 + ((pad.bottom - pad.top) / 2) * perPx,
  };
  return { lng: centre.x * 360 - 180, lat: latitude(centre.y), zoom };
}

/** What a map of this size shows, looked at from straight above. */
export function boundsInView({ lng, lat, zoom }: Viewport, { width, height }: Size): Bounds {
  const perPx = 1 / (TILE_PX * 2 ** zoom);
  const at = y(lat);
  const halfWidth = (width / 2) * perPx * 360;
  return [lng - halfWidth, latitude(at + (height / 2) * perPx), lng + halfWidth, latitude(at - (height / 2) * perPx)];
}

/** Web Mercator. */
function x(lng: number): number {
  return (lng + 180) / 360;
}

function y(lat: number): number {
  return (1 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / Math.PI) / 2;
}

function latitude(at: number): number {
  return (Math.atan(Math.sinh(Math.PI * (1 - 2 * at))) * 180) / Math.PI;
}

/** The least bounds that hold all these places; null: there is none. */
export function boundsAround(places: readonly { lon: number; lat: number }[]): Bounds | null {
  if (places.length === 0) return null;
  const bounds: [number, number, number, number] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { lon, lat } of places) {
    bounds[0] = Math.min(bounds[0], lon);
    bounds[1] = Math.min(bounds[1], lat);
    bounds[2] = Math.max(bounds[2], lon);
    bounds[3] = Math.max(bounds[3], lat);
  }
  return bounds;
}
