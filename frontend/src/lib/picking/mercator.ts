/** Web Mercator in degrees: x is the longitude, y the projected latitude, both -180..180. */

const MAX_LATITUDE = 85.051129;
/** MapLibre's world is 512 pixels wide at zoom 0. */
const WORLD_PX = 512;

export function mercatorY(lat: number): number {
  const bounded = Math.min(MAX_LATITUDE, Math.max(-MAX_LATITUDE, lat));
  return (Math.log(Math.tan(Math.PI / 4 + (bounded * Math.PI) / 360)) * 180) / Math.PI;
}

/** Degrees of the Mercator plane that one pixel spans, in both directions. */
export function degreesPerPixel(zoom: number): number {
  return 360 / (WORLD_PX * 2 ** zoom);
}
