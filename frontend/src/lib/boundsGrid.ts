/** West, south, east, north in degrees. */
export type Bounds = readonly [number, number, number, number];

/**
 * The area to request for a view: the view grown by `padding` of its size on each side, then
 * widened to a grid whose cell is the power of two nearest above a quarter of the view.
 *
 * Small pans stay on the same area, so that neither the server nor the browser's cache is asked twice.
 */
export function requestBounds(view: Bounds, padding = 0.25): Bounds {
  const [west, south, east, north] = view;
  const width = Math.max(east - west, 1e-6);
  const height = Math.max(north - south, 1e-6);
  const cell = 2 ** Math.ceil(Math.log2(Math.max(width, height) / 4));
  const down = (value: number): number => Math.floor(value / cell) * cell;
  const up = (value: number): number => Math.ceil(value / cell) * cell;
  return [
    Math.max(-180, down(west - padding * width)),
    Math.max(-90, down(south - padding * height)),
    Math.min(180, up(east + padding * width)),
    Math.min(90, up(north + padding * height)),
  ];
}

/** `url?bbox=w,s,e,n`, six decimals: about a decimetre. */
export function withBounds(url: string, bounds: Bounds): string {
  const text = bounds.map((value) => String(Number(value.toFixed(6)))).join(',');
  return `${url}${url.includes('?') ? '&' : '?'}bbox=${text}`;
}
