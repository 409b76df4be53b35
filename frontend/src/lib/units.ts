/** Quantities in the units of the reader. The data are metric; electrical units are the same everywhere. */
import { formatNumber, formatQuantity, UNKNOWN } from './format';

export type UnitSystem = 'us' | 'metric';

/** By definition: the international foot and mile. */
const FEET_PER_M = 1 / 0.3048;
const MILES_PER_KM = 1 / 1.609344;
const MPH_PER_M_S = 3.6 * MILES_PER_KM;

const SPEED_US = { unit: 'mph', kmhPerUnit: 1 / MILES_PER_KM } as const;
const SPEED_METRIC = { unit: 'km/h', kmhPerUnit: 1 } as const;

type Maybe = number | null | undefined;

function scaled(value: Maybe, factor: number): Maybe {
  return value == null ? value : value * factor;
}

/** A length of the size of a pole or a span, given in metres: `12.2 m`, `40 ft`. */
export function formatMetres(valueM: Maybe, units: UnitSystem, digits?: number): string {
  return units === 'us' ? formatQuantity(scaled(valueM, FEET_PER_M), 'ft', digits) : formatQuantity(valueM, 'm', digits);
}

/** A length of the size of a line, given in kilometres. */
export function formatKilometres(valueKm: Maybe, units: UnitSystem, digits?: number): string {
  return units === 'us' ? formatQuantity(scaled(valueKm, MILES_PER_KM), 'mi', digits) : formatQuantity(valueKm, 'km', digits);
}

/** A distance given in metres: metres or feet below a kilometre or half a mile, else kilometres or miles. */
export function formatDistance(valueM: Maybe, units: UnitSystem): string {
  if (valueM == null || !Number.isFinite(valueM)) return UNKNOWN;
  const isFar = Math.abs(valueM) >= (units === 'us' ? 804.672 : 1_000);
  return isFar ? formatKilometres(valueM / 1_000, units, 2) : formatMetres(valueM, units, 0);
}

/** An area given in square metres. */
export function formatArea(valueM2: Maybe, units: UnitSystem): string {
  if (valueM2 == null || !Number.isFinite(valueM2)) return UNKNOWN;
  if (units === 'us') {
    const squareMiles = valueM2 * (MILES_PER_KM / 1_000) ** 2;
    return squareMiles >= 0.1 ? formatQuantity(squareMiles, 'sq mi') : formatQuantity(valueM2 * FEET_PER_M ** 2, 'sq ft', 0);
  }
  return valueM2 >= 100_000 ? formatQuantity(valueM2 / 1e6, 'km²') : formatQuantity(valueM2, 'm²', 0);
}

/** The temperature of air or ground, given in degrees Celsius. That of equipment stays Celsius, as its limits are. */
export function formatAirTemperature(valueC: Maybe, units: UnitSystem, digits = 0): string {
  if (units === 'us') return formatQuantity(valueC == null ? valueC : valueC * 1.8 + 32, '°F', digits);
  return formatQuantity(valueC, '°C', digits);
}

/** A speed of wind, given in metres per second. */
export function formatWind(valueMS: Maybe, units: UnitSystem, digits = 1): string {
  return units === 'us' ? formatQuantity(scaled(valueMS, MPH_PER_M_S), 'mph', digits) : formatQuantity(valueMS, 'm/s', digits);
}

/** The unit that speeds on a road are typed in, and how many km/h one of it is. */
export function speedScale(units: UnitSystem): { unit: string; kmhPerUnit: number } {
  return units === 'us' ? SPEED_US : SPEED_METRIC;
}

/** Rain, given in millimetres. */
export function formatRain(valueMm: Maybe, units: UnitSystem): string {
  if (units === 'metric') return formatQuantity(valueMm, 'mm', 1);
  const text = formatNumber(scaled(valueMm, 1 / 25.4), 2);
  return text === UNKNOWN ? text : `${text}\u00a0in`;
}
