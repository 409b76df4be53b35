import type { UnitSystem } from '../../lib/units';

const FOOT_M = 0.3048;
const MILE_M = 1609.344;
const MOST_PX = 110;

export interface ScaleBar {
  metres: number;
  widthPx: number;
  label: string;
}

/** The longest bar of 1, 2 or 5 times a power of ten that is not too wide; null if the scale is not known. */
export function scaleBar(metresPerPixel: number, units: UnitSystem): ScaleBar | null {
  if (!Number.isFinite(metresPerPixel) || metresPerPixel <= 0) return null;
  const roomM = metresPerPixel * MOST_PX;
  const [unit, unitM] = unitFor(roomM, units);
  const room = roomM / unitM;
  const power = 10 ** Math.floor(Math.log10(room));
  const value = ([5, 2].find((step) => step * power <= room) ?? 1) * power;
  return { metres: value * unitM, widthPx: (value * unitM) / metresPerPixel, label: `${Number(value.toPrecision(1))}\u00a0${unit}` };
}

function unitFor(roomM: number, units: UnitSystem): [name: string, metres: number] {
  if (units === 'metric') return roomM >= 1000 ? ['km', 1000] : ['m', 1];
  return roomM >= MILE_M ? ['mi', MILE_M] : ['ft', FOOT_M];
}
