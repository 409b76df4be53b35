import type { Rgb } from '../../lib/colourScale';

/** From the first wave to the last: pale yellow over orange and red to violet. */
const STOPS: readonly Rgb[] = [
  [255, 236, 150],
  [255, 176, 66],
  [244, 84, 84],
  [205, 64, 160],
  [136, 84, 236],
];

export const INITIAL_OUTAGE_COLOUR: Rgb = [255, 255, 255];
export const DEAD_COLOUR: Rgb = [244, 97, 111];
export const LOST_LOAD_COLOUR: Rgb = [255, 190, 92];
export const OUT_COLOUR: Rgb = [52, 60, 68];
export const IN_SERVICE_COLOUR: Rgb = [96, 118, 136];

/** Colour of a wave among `lastWave` waves; wave 0 is the initial outage. */
export function waveColour(wave: number, lastWave: number): Rgb {
  if (wave <= 0) return INITIAL_OUTAGE_COLOUR;
  const share = lastWave <= 1 ? 0 : Math.min(1, (wave - 1) / (lastWave - 1));
  const at = share * (STOPS.length - 1);
  const low = STOPS[Math.floor(at)] ?? INITIAL_OUTAGE_COLOUR;
  const high = STOPS[Math.ceil(at)] ?? low;
  const part = at - Math.floor(at);
  const mix = (i: 0 | 1 | 2): number => Math.round(low[i] + (high[i] - low[i]) * part);
  return [mix(0), mix(1), mix(2)];
}
