import { degreesPerPixel } from '../picking/mercator';

/**
 * Distances and areas on the WGS 84 ellipsoid.
 *
 * Distances follow T. Vincenty, "Direct and inverse solutions of geodesics on the ellipsoid with application of
 * nested equations", Survey Review 23 (176), 1975: right to less than a millimetre. Areas are those between geodesics,
 * summed in the cylindrical equal-area projection of the ellipsoid (Snyder, Map Projections: A Working Manual, eq. 3-12).
 */

/** Longitude before latitude, degrees. */
export type Position = readonly [lon: number, lat: number];

const A = 6_378_137;
const F = 1 / 298.257223563;
const B = A * (1 - F);
const E2 = F * (2 - F);
const E = Math.sqrt(E2);
const RAD = Math.PI / 180;
const CONVERGED = 1e-13;
const MOST_ROUNDS = 200;

interface Geodesic {
  distanceM: number;
  /** Direction at the start, clockwise from north, radians. */
  azimuth: number;
}

/** Degrees of longitude from one meridian to another, the short way: -180 to 180. */
function turn(from: number, to: number): number {
  return ((((to - from + 180) % 360) + 360) % 360) - 180;
}

function reduced(lat: number): { sin: number; cos: number } {
  const angle = Math.atan((1 - F) * Math.tan(lat * RAD));
  return { sin: Math.sin(angle), cos: Math.cos(angle) };
}

/** Vincenty's A, B as series of u², and his correction of the arc. */
function arcSeries(cosSqAlpha: number): { a: number; b: number } {
  const u2 = (cosSqAlpha * (A * A - B * B)) / (B * B);
  return {
    a: 1 + (u2 / 16_384) * (4_096 + u2 * (-768 + u2 * (320 - 175 * u2))),
    b: (u2 / 1_024) * (256 + u2 * (-128 + u2 * (74 - 47 * u2))),
  };
}

function arcCorrection(b: number, sinSigma: number, cosSigma: number, cos2m: number): number {
  const inner = cosSigma * (2 * cos2m ** 2 - 1) - (b / 6) * cos2m * (4 * sinSigma ** 2 - 3) * (4 * cos2m ** 2 - 3);
  return b * sinSigma * (cos2m + (b / 4) * inner);
}

function longitudeSeries(cosSqAlpha: number): number {
  return (F / 16) * cosSqAlpha * (4 + F * (4 - 3 * cosSqAlpha));
}

/** The shortest way between two places; null between nearly antipodal ones, where the method finds none. */
function inverse(from: Position, to: Position): Geodesic | null {
  const lonDifference = turn(from[0], to[0]) * RAD;
  const [u1, u2] = [reduced(from[1]), reduced(to[1])];
  let lambda = lonDifference;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const [sinLambda, cosLambda] = [Math.sin(lambda), Math.cos(lambda)];
    const east = u2.cos * sinLambda;
    const north = u1.cos * u2.sin - u1.sin * u2.cos * cosLambda;
    const sinSigma = Math.hypot(east, north);
    if (sinSigma === 0) return { distanceM: 0, azimuth: 0 };
    const cosSigma = u1.sin * u2.sin + u1.cos * u2.cos * cosLambda;
    const sigma = Math.atan2(sinSigma, cosSigma);
    const sinAlpha = (u1.cos * u2.cos * sinLambda) / sinSigma;
    const cosSqAlpha = 1 - sinAlpha ** 2;
    // Along the equator there is no middle to speak of.
    const cos2m = cosSqAlpha < 1e-15 ? 0 : cosSigma - (2 * u1.sin * u2.sin) / cosSqAlpha;
    const c = longitudeSeries(cosSqAlpha);
    const next =
      lonDifference + (1 - c) * F * sinAlpha * (sigma + c * sinSigma * (cos2m + c * cosSigma * (2 * cos2m ** 2 - 1)));
    if (Math.abs(next) > Math.PI) return null;
    const isDone = Math.abs(next - lambda) < CONVERGED;
    lambda = next;
    if (!isDone) continue;
    const { a, b } = arcSeries(cosSqAlpha);
    return { distanceM: B * a * (sigma - arcCorrection(b, sinSigma, cosSigma, cos2m)), azimuth: Math.atan2(east, north) };
  }
  return null;
}

/** Metres along the ellipsoid; NaN between nearly antipodal places. */
export function distanceM(from: Position, to: Position): number {
  return inverse(from, to)?.distanceM ?? Number.NaN;
}

/** Where one comes to from a place, `azimuth` radians clockwise from north, after so many metres. */
export function destination(from: Position, azimuth: number, metres: number): Position {
  const u1 = reduced(from[1]);
  const [sinAz, cosAz] = [Math.sin(azimuth), Math.cos(azimuth)];
  const sigma1 = Math.atan2(u1.sin / u1.cos, cosAz);
  const sinAlpha = u1.cos * sinAz;
  const cosSqAlpha = 1 - sinAlpha ** 2;
  const { a, b } = arcSeries(cosSqAlpha);
  const plain = metres / (B * a);
  let sigma = plain;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const next = plain + arcCorrection(b, Math.sin(sigma), Math.cos(sigma), Math.cos(2 * sigma1 + sigma));
    const isDone = Math.abs(next - sigma) < CONVERGED;
    sigma = next;
    if (isDone) break;
  }
  const [sinSigma, cosSigma] = [Math.sin(sigma), Math.cos(sigma)];
  const cos2m = Math.cos(2 * sigma1 + sigma);
  const across = u1.sin * sinSigma - u1.cos * cosSigma * cosAz;
  const lat = Math.atan2(u1.sin * cosSigma + u1.cos * sinSigma * cosAz, (1 - F) * Math.hypot(sinAlpha, across));
  const lambda = Math.atan2(sinSigma * sinAz, u1.cos * cosSigma - u1.sin * sinSigma * cosAz);
  const c = longitudeSeries(cosSqAlpha);
  const lon =
    lambda - (1 - c) * F * sinAlpha * (sigma + c * sinSigma * (cos2m + c * cosSigma * (2 * cos2m ** 2 - 1)));
  return [turn(0, from[0] + lon / RAD), lat / RAD];
}

/** Metres that a pixel of the map spans at a latitude, along its parallel. */
export function metresPerPixel(lat: number, zoom: number): number {
  return distanceM([0, lat], [degreesPerPixel(zoom), lat]);
}

/** Length of a way through places, metres. */
export function lengthM(way: readonly Position[]): number {
  return legsM(way).reduce((sum, leg) => sum + leg, 0);
}

/** Metres from each place to the next. */
export function legsM(way: readonly Position[]): number[] {
  return way.slice(1).map((to, i) => distanceM(way[i] ?? to, to));
}

/** The height of a parallel in the equal-area projection, as area per radian of longitude, m². */
function heightOf(lat: number): number {
  const sin = Math.sin(lat * RAD);
  const q = (1 - E2) * (sin / (1 - E2 * sin ** 2) + Math.log((1 + E * sin) / (1 - E * sin)) / (2 * E));
  return (A * A * q) / 2;
}

/** Area between an edge and the equator, from the trapezia of `pieces` points on its geodesic. */
function under(from: Position, to: Position, way: Geodesic, pieces: number): number {
  let area = 0;
  let last = from;
  for (let i = 1; i <= pieces; i += 1) {
    const next = i === pieces ? to : destination(from, way.azimuth, (way.distanceM * i) / pieces);
    area += (turn(last[0], next[0]) * RAD * (heightOf(last[1]) + heightOf(next[1]))) / 2;
    last = next;
  }
  return area;
}

const PIECES = 24;

/** Area of a ring whose edges are geodesics, m²; the ring need not be closed. NaN where an edge has no single way. */
export function areaM2(ring: readonly Position[]): number {
  let area = 0;
  ring.forEach((from, i) => {
    const to = ring[(i + 1) % ring.length] ?? from;
    const way = inverse(from, to);
    if (way === null) area = Number.NaN;
    else if (way.distanceM > 0) {
      // Richardson's extrapolation takes the trapezia's error of second order away.
      area += (4 * under(from, to, way, 2 * PIECES) - under(from, to, way, PIECES)) / 3;
    }
  });
  return Math.abs(area);
}

/** A circle as a closed ring of places at a distance from its centre. */
export function circleRing(centre: Position, radiusM: number, points = 96): Position[] {
  const ring = Array.from({ length: points }, (_, i) => destination(centre, (2 * Math.PI * i) / points, radiusM));
  return [...ring, ...ring.slice(0, 1)];
}
