import type { Rgb } from '../../lib/colourScale';
import { formatNumber, formatQuantity, sensibleDigits } from '../../lib/format';

export interface HeatClass {
  /** Inclusive. */
  from: number;
  label: string;
  colour: Rgb;
}

export interface HeatScale {
  classes: readonly HeatClass[];
  unknown: Rgb;
}

/** From little to much; in lightness too, so that they are apart without hue. */
const RAMPS: Readonly<Record<'dark' | 'light', readonly Rgb[]>> = {
  dark: [[48, 52, 110], [98, 54, 142], [163, 60, 138], [221, 87, 103], [249, 146, 74], [252, 219, 120]],
  light: [[252, 224, 160], [250, 176, 96], [236, 117, 90], [190, 66, 112], [126, 42, 120], [60, 28, 96]],
};
const UNKNOWN: Readonly<Record<'dark' | 'light', Rgb>> = { dark: [104, 118, 130], light: [150, 160, 168] };

/** Bounds that mean something, for measures that have such. */
const KNOWN_BOUNDS: Readonly<Record<string, readonly number[]>> = {
  LOADING: [0, 20, 40, 60, 80, 100],
  PEAK_LOADING: [0, 40, 60, 80, 100, 120],
  TRANSFORMER_HEALTH: [0, 20, 40, 60, 80, 90],
};

/** Classes of the values: by bounds that mean something, else with about as many cells in each. */
export function heatScale(measure: string, unit: string, values: readonly (number | null)[], scheme: 'dark' | 'light'): HeatScale {
  const known = values.filter((value) => value !== null).sort((a, b) => a - b);
  const ramp = RAMPS[scheme];
  const bounds = KNOWN_BOUNDS[measure] ?? quantileBounds(known, ramp.length);
  const digits = bounds.every((bound) => Number.isInteger(bound)) ? 0 : Math.min(2, sensibleDigits(bounds.at(-1) ?? 0) + 1);
  const classes = bounds.map((from, i): HeatClass => {
    const next = bounds[i + 1];
    const place = bounds.length === 1 ? ramp.length - 1 : Math.round((i * (ramp.length - 1)) / (bounds.length - 1));
    const text = next === undefined ? `${formatQuantity(from, unit === '%' ? '%' : '', digits)} and more` : `${formatNumber(from, digits)} to ${formatNumber(next, digits)}`;
    return { from, label: text, colour: ramp[place] ?? UNKNOWN[scheme] };
  });
  return { classes, unknown: UNKNOWN[scheme] };
}

/** Lower bounds, each once, so that each class has about as many of the values, which must rise. */
export function quantileBounds(rising: readonly number[], count: number): number[] {
  const bounds = Array.from({ length: count }, (_, i) => rising[Math.floor((i * rising.length) / count)]);
  return [...new Set(bounds.filter((bound) => bound !== undefined))];
}

export function heatColour(scale: HeatScale, value: number | null): Rgb {
  if (value === null) return scale.unknown;
  return (scale.classes.findLast((each) => value >= each.from) ?? scale.classes[0])?.colour ?? scale.unknown;
}
