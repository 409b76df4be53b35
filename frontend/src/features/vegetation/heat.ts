import type { Rgb } from '../../lib/colourScale';

/** From little to much, rising in lightness so that it also reads without colour. */
const RAMP: readonly Rgb[] = [
  [62, 48, 122],
  [132, 56, 128],
  [206, 78, 98],
  [245, 140, 66],
  [252, 222, 120],
];

/** Colour of a share of the highest value, 0 to 1. Small shares are spread: a few cells hold most. */
export function heatColour(share: number): Rgb {
  const at = Math.sqrt(Math.min(1, Math.max(0, share))) * (RAMP.length - 1);
  const below = Math.min(RAMP.length - 2, Math.floor(at));
  const [low, high] = [RAMP[below] ?? [0, 0, 0], RAMP[below + 1] ?? [0, 0, 0]];
  const part = at - below;
  const mixed = (i: 0 | 1 | 2): number => Math.round(low[i] + part * (high[i] - low[i]));
  return [mixed(0), mixed(1), mixed(2)];
}

/** H3 resolution whose cells are some ten pixels wide at a zoom, within what the server computes. */
export function resolutionAt(zoom: number): number {
  return Math.min(11, Math.max(4, Math.round(0.72 * zoom - 0.4)));
}
