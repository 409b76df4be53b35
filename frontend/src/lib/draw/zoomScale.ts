type Steps = readonly (readonly [zoom: number, value: number])[];

/** Value at a zoom, straight between the steps and constant beyond them. */
function between(steps: Steps, zoom: number): number {
  const after = steps.findIndex(([at]) => zoom < at);
  const [z1, v1] = steps.at(after) ?? [0, 1];
  const [z0, v0] = steps.at(after === -1 ? -1 : Math.max(0, after - 1)) ?? [0, 1];
  return z1 === z0 ? v0 : v0 + ((zoom - z0) / (z1 - z0)) * (v1 - v0);
}

const SYMBOL: Steps = [
  [4, 0.45],
  [6, 0.7],
  [8, 0.95],
  [10, 1.2],
  [13, 1.7],
  [16, 2.2],
];
const DETAIL: Steps = [
  [10, 0.4],
  [11.5, 0.65],
  [13, 1.1],
  [15, 1.5],
  [17, 2],
];
const BACKGROUND: Steps = [
  [10.5, 1],
  [12, 0.45],
];

/** Factor on point radii and line widths of the transmission grid: a state and a street are both readable. */
export function symbolScale(zoom: number): number {
  return between(SYMBOL, zoom);
}

/** The same for the distribution grid, whose symbols are many. */
export function detailScale(zoom: number): number {
  return between(DETAIL, zoom);
}

/** Opacity of transmission lines: they step back once the distribution grid is what one looks at. */
export function transmissionOpacity(zoom: number): number {
  return between(BACKGROUND, zoom);
}
