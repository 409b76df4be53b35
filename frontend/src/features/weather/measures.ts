import type { Rgb } from '../../lib/colourScale';
import { formatQuantity } from '../../lib/format';
import { formatAirTemperature, formatRain, formatWind } from '../../lib/units';
import type { UnitSystem } from '../../lib/units';

import type { WeatherMeasure } from './queries';

interface Stop {
  /** In the unit of the data. */
  value: number;
  colour: Rgb;
  /** 0 to 255. */
  alpha: number;
}

export interface MeasureLook {
  key: WeatherMeasure;
  title: string;
  /** Rising; the same in every hour, so that hours compare. */
  stops: readonly Stop[];
  format: (value: number | null, units: UnitSystem) => string;
  /** The error of the interpolation is a difference: a difference of temperatures has no 32. */
  formatError: (value: number | null, units: UnitSystem) => string;
}

const ALPHA = 125;
const stop = (value: number, r: number, g: number, b: number, alpha = ALPHA): Stop => ({ value, colour: [r, g, b], alpha });

export const WEATHER_MEASURES: readonly MeasureLook[] = [
  {
    key: 'TEMPERATURE',
    title: 'Temperature',
    stops: [stop(-10, 70, 60, 160), stop(0, 70, 130, 210), stop(10, 90, 190, 200), stop(20, 225, 215, 130), stop(30, 240, 150, 70), stop(40, 200, 50, 60)],
    format: (value, units) => formatAirTemperature(value, units, 1),
    formatError: (value, units) =>
      units === 'us' ? formatQuantity(value === null ? null : value * 1.8, '°F', 1) : formatQuantity(value, '°C', 1),
  },
  {
    key: 'HUMIDITY',
    title: 'Relative humidity',
    stops: [stop(0, 150, 110, 60), stop(40, 215, 195, 130), stop(70, 110, 185, 190), stop(100, 35, 95, 165)],
    format: (value) => formatQuantity(value, '%', 0),
    formatError: (value) => formatQuantity(value, '%', 1),
  },
  {
    key: 'WIND_SPEED',
    title: 'Wind speed',
    stops: [stop(0, 60, 80, 110, 60), stop(5, 70, 150, 190), stop(10, 120, 200, 150), stop(17, 240, 210, 100), stop(25, 235, 120, 60), stop(33, 190, 40, 110)],
    format: (value, units) => formatWind(value, units),
    formatError: (value, units) => formatWind(value, units),
  },
  {
    key: 'PRECIPITATION',
    title: 'Precipitation',
    stops: [stop(0, 70, 130, 210, 0), stop(0.5, 90, 150, 220, 110), stop(5, 60, 170, 150), stop(15, 235, 200, 90), stop(30, 215, 70, 60)],
    format: (value, units) => formatRain(value, units),
    formatError: (value, units) => formatRain(value, units),
  },
];

/** Colour of a value, straight between the stops and constant beyond them. */
export function colourOf({ stops }: MeasureLook, value: number | null): [number, number, number, number] {
  if (value === null) return [0, 0, 0, 0];
  const after = stops.findIndex((each) => value < each.value);
  const upper = stops.at(after);
  const lower = stops.at(after === -1 ? -1 : Math.max(0, after - 1));
  if (upper === undefined || lower === undefined) return [0, 0, 0, 0];
  const part = upper.value === lower.value ? 0 : (value - lower.value) / (upper.value - lower.value);
  const mix = (a: number, b: number): number => Math.round(a + part * (b - a));
  const [r0, g0, b0] = lower.colour;
  const [r1, g1, b1] = upper.colour;
  return [mix(r0, r1), mix(g0, g1), mix(b0, b1), mix(lower.alpha, upper.alpha)];
}
