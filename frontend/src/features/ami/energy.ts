/** Energy in a unit that suits its size. */
import { formatNumber, formatQuantity, sensibleDigits, UNKNOWN } from '../../lib/format';

export interface EnergyUnit {
  unit: 'kWh' | 'MWh' | 'GWh';
  /** kWh in one. */
  kwh: number;
}

const UNITS: readonly EnergyUnit[] = [
  { unit: 'GWh', kwh: 1e6 },
  { unit: 'MWh', kwh: 1e3 },
];
const KWH: EnergyUnit = { unit: 'kWh', kwh: 1 };
/** From so many of a unit on it is used. */
const LEAST = 10;

/** One unit for values that are read together: that of the largest. */
export function energyUnit(valuesKwh: readonly (number | null | undefined)[]): EnergyUnit {
  const largest = valuesKwh.reduce<number>((most, value) => Math.max(most, Math.abs(value ?? 0)), 0);
  return UNITS.find(({ kwh }) => largest >= LEAST * kwh) ?? KWH;
}

export function formatEnergy(valueKwh: number | null | undefined): string {
  if (valueKwh == null || !Number.isFinite(valueKwh)) return UNKNOWN;
  return formatEnergyIn(energyUnit([valueKwh]), valueKwh);
}

/** In a unit that a whole column shares, so that figures compare by their length. */
export function formatEnergyIn({ unit, kwh }: EnergyUnit, valueKwh: number | null | undefined): string {
  return valueKwh == null ? UNKNOWN : formatSignificant(valueKwh / kwh, unit);
}

/** A mean power given in kW. */
export function formatPower(valueKw: number | null | undefined): string {
  if (valueKw == null || !Number.isFinite(valueKw)) return UNKNOWN;
  return Math.abs(valueKw) >= 10_000 ? formatSignificant(valueKw / 1_000, 'MW') : formatSignificant(valueKw, 'kW');
}

function formatSignificant(value: number, unit: string): string {
  return formatQuantity(value, unit, sensibleDigits(value));
}

/** A number above nothing is not written as nothing. */
export function formatSmall(value: number | null | undefined, digits: number): string {
  const least = 10 ** -digits;
  return value != null && value > 0 && value < least ? `<${formatNumber(least, digits)}` : formatNumber(value, digits);
}

/** A share that is not quite nothing, or not quite all, is not written as if it were. */
export function formatShare(pct: number | null | undefined, digits = 3): string {
  if (pct == null || !Number.isFinite(pct)) return UNKNOWN;
  const least = 10 ** -digits;
  // Sums of doubles may miss it in their last digits.
  if (pct === 0 || Math.abs(pct - 100) < 1e-9) return formatQuantity(pct, '%', 0);
  if (pct > 0 && pct < least) return `<${formatQuantity(least, '%', digits)}`;
  if (pct < 100 && pct > 100 - least) return `>${formatQuantity(100 - least, '%', digits)}`;
  return formatQuantity(pct, '%', digits);
}
