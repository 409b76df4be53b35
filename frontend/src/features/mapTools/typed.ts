import type { Position } from '../../lib/geo/geodesic';
import { isWhole, LEAST_POINTS, MOST_POINTS, MOST_RADIUS_M } from '../../lib/geo/shapes';
import type { Shape, ShapeKind } from '../../lib/geo/shapes';
import type { UnitSystem } from '../../lib/units';

const METRES_PER: Readonly<Record<UnitSystem, number>> = { us: 1609.344, metric: 1000 };
export const RADIUS_UNIT: Readonly<Record<UnitSystem, string>> = { us: 'mi', metric: 'km' };

/** Decimal degrees as people write places: latitude before longitude. */
export function writePlace([lon, lat]: Position, digits = 5): string {
  return `${lat.toFixed(digits)}, ${lon.toFixed(digits)}`;
}

export function writePlaces(points: readonly Position[]): string {
  return points.map((point) => writePlace(point, 6)).join('\n');
}

/** A radius in the reader's long unit, for a field. */
export function writeRadius(radiusM: number | null, units: UnitSystem): string {
  return radiusM === null ? '' : String(Number((radiusM / METRES_PER[units]).toFixed(4)));
}

/** A shape as it was typed, or what is wrong with it: places a line each, latitude and longitude in degrees. */
export function readShape(kind: ShapeKind, text: string, radius: string, units: UnitSystem): { shape: Shape } | { problem: string } {
  const points: Position[] = [];
  const lines = text.split(/[\n;]/).map((line) => line.trim()).filter((line) => line !== '');
  for (const line of lines) {
    const parts = line.split(/[\s,]+/).filter((part) => part !== '');
    const [lat = Number.NaN, lon = Number.NaN] = parts.map(Number);
    if (parts.length !== 2 || !Number.isFinite(lat) || !Number.isFinite(lon)) {
      return { problem: `“${line}” is no latitude and longitude in degrees, such as 29.76, -95.37` };
    }
    if (Math.abs(lat) > 85) return { problem: `Latitude ${lat} is beyond 85 degrees` };
    if (Math.abs(lon) > 180) return { problem: `Longitude ${lon} is beyond 180 degrees` };
    points.push([lon, lat]);
  }
  const least = LEAST_POINTS[kind];
  const most = kind === 'circle' || kind === 'rectangle' ? least : MOST_POINTS;
  if (points.length < least || points.length > most) {
    return { problem: least === most ? `Give ${least === 1 ? 'one place' : `${least} places, a line each`}` : `Give ${least} to ${most} places, a line each` };
  }
  const radiusM = kind === 'circle' ? Number(radius) * METRES_PER[units] : null;
  if (radiusM !== null && (radius.trim() === '' || !Number.isFinite(radiusM) || radiusM <= 0 || radiusM > MOST_RADIUS_M)) {
    return { problem: `The radius must be above 0 and at most ${Math.floor(MOST_RADIUS_M / METRES_PER[units])} ${RADIUS_UNIT[units]}` };
  }
  const shape = { kind, points, radiusM };
  return isWhole(shape) ? { shape } : { problem: 'The two corners must differ in latitude and in longitude' };
}
