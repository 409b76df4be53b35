import type { Bounds } from '../boundsGrid';

import { areaM2, circleRing, distanceM, lengthM } from './geodesic';
import type { Position } from './geodesic';

/** What can be drawn on the map: two to measure, three to ask what is inside. */
export type ShapeKind = 'distance' | 'area' | 'circle' | 'rectangle' | 'polygon';

export interface Shape {
  kind: ShapeKind;
  /** Of a circle its centre; of a rectangle two opposite corners. */
  points: readonly Position[];
  /** Of a circle alone. */
  radiusM: number | null;
}

/** As the server takes it (its `AreaInput`). */
export type AreaInput =
  | { circle: { lon: number; lat: number; radiusM: number } }
  | { bbox: number[] }
  | { polygon: { type: 'Polygon'; coordinates: number[][][] } };

export const MOST_SHAPES = 8;
export const MOST_POINTS = 100;
/** As the server takes it. */
export const MOST_RADIUS_M = 100_000;
export const LEAST_POINTS: Readonly<Record<ShapeKind, number>> = { distance: 2, area: 3, circle: 1, rectangle: 2, polygon: 3 };

const LETTERS: Readonly<Record<ShapeKind, string>> = { distance: 'd', area: 'a', circle: 'c', rectangle: 'r', polygon: 'p' };
const KINDS = new Map<string, ShapeKind>([['d', 'distance'], ['a', 'area'], ['c', 'circle'], ['r', 'rectangle'], ['p', 'polygon']]);
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
/** A coordinate is kept to 0.000001 degree, 11 cm at the most; a radius to a decimetre. */
const PER_DEGREE = 1e6;
const PER_METRE = 10;
const MOST_LATITUDE = 85;

export function isAnalysed(kind: ShapeKind): boolean {
  return kind === 'circle' || kind === 'rectangle' || kind === 'polygon';
}

/** Whether a shape can be drawn, measured and sent. */
export function isWhole({ kind, points, radiusM }: Shape): boolean {
  if (points.length < LEAST_POINTS[kind] || points.length > MOST_POINTS) return false;
  if (kind === 'circle') return points.length === 1 && radiusM !== null && radiusM > 0 && radiusM <= MOST_RADIUS_M;
  if (kind !== 'rectangle') return true;
  const [west, south, east, north] = boundsOf({ kind, points, radiusM });
  return points.length === 2 && west < east && south < north;
}

/** A shape as it would be kept: rounded, so that what is drawn is what the address says. */
export function rounded(shape: Shape): Shape {
  // Adding 0 makes 0 of -0.
  const round = (value: number, by: number): number => (Math.round(value * by) + 0) / by;
  return {
    kind: shape.kind,
    points: shape.points.map(([lon, lat]) => [round(lon, PER_DEGREE), round(lat, PER_DEGREE)] as const),
    radiusM: shape.radiusM === null ? null : round(shape.radiusM, PER_METRE),
  };
}

/** Shapes in a few letters that an address may hold; null: none. */
export function encodeShapes(shapes: readonly Shape[]): string | null {
  if (shapes.length === 0) return null;
  return shapes.map(encodeShape).join('.');
}

function encodeShape({ kind, points, radiusM }: Shape): string {
  let text = LETTERS[kind];
  let [lastLon, lastLat] = [0, 0];
  for (const [lon, lat] of points) {
    const [x, y] = [Math.round(lon * PER_DEGREE), Math.round(lat * PER_DEGREE)];
    text += encodeNumber(x - lastLon) + encodeNumber(y - lastLat);
    [lastLon, lastLat] = [x, y];
  }
  return radiusM === null ? text : text + encodeNumber(Math.round(radiusM * PER_METRE));
}

/** Zigzag, then five bits a letter, the lowest first; all letters but the last carry the sixth bit. */
function encodeNumber(value: number): string {
  let rest = value < 0 ? -2 * value - 1 : 2 * value;
  let text = '';
  while (rest >= 32) {
    text += ALPHABET.charAt(32 + (rest % 32));
    rest = Math.floor(rest / 32);
  }
  return text + ALPHABET.charAt(rest);
}

/** The shapes of an address; what is malformed is left out. */
export function decodeShapes(text: string | null): Shape[] {
  if (text === null || text === '') return [];
  return text.split('.').slice(0, MOST_SHAPES).flatMap((part) => {
    const shape = decodeShape(part);
    return shape === null ? [] : [shape];
  });
}

function decodeShape(text: string): Shape | null {
  const kind = KINDS.get(text.charAt(0));
  const numbers = decodeNumbers(text.slice(1));
  if (kind === undefined || numbers === null) return null;
  const radius = kind === 'circle' ? numbers.pop() : undefined;
  if (numbers.length % 2 !== 0) return null;
  const points: Position[] = [];
  let [x, y] = [0, 0];
  for (let i = 0; i < numbers.length; i += 2) {
    x += numbers[i] ?? 0;
    y += numbers[i + 1] ?? 0;
    if (Math.abs(x) > 180 * PER_DEGREE || Math.abs(y) > MOST_LATITUDE * PER_DEGREE) return null;
    points.push([x / PER_DEGREE, y / PER_DEGREE]);
  }
  const shape = { kind, points, radiusM: radius === undefined ? null : radius / PER_METRE };
  return isWhole(shape) ? shape : null;
}

function decodeNumbers(text: string): number[] | null {
  const numbers: number[] = [];
  let [value, scale] = [0, 1];
  for (const letter of text) {
    const digit = ALPHABET.indexOf(letter);
    if (digit < 0 || scale > 2 ** 40) return null;
    value += (digit % 32) * scale;
    scale *= 32;
    if (digit >= 32) continue;
    numbers.push(value % 2 === 0 ? value / 2 : -(value + 1) / 2);
    [value, scale] = [0, 1];
  }
  return scale === 1 ? numbers : null;
}

/** The closed outline of a shape; of a distance, its way. */
export function outlineOf({ kind, points, radiusM }: Shape): Position[] {
  const [first] = points;
  if (first === undefined) return [];
  if (kind === 'distance') return [...points];
  if (kind === 'circle') return radiusM === null ? [] : circleRing(first, radiusM);
  if (kind === 'rectangle') {
    const [west, south, east, north] = boundsOf({ kind, points, radiusM });
    return [[west, south], [east, south], [east, north], [west, north], [west, south]];
  }
  return [...points, first];
}

/** West, south, east, north of a shape. */
export function boundsOf(shape: Shape): Bounds {
  const places = shape.kind === 'circle' ? outlineOf(shape) : shape.points;
  const lons = places.map(([lon]) => lon);
  const lats = places.map(([, lat]) => lat);
  return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
}

/** Along its edges, m; of a distance from end to end. */
export function edgeM(shape: Shape): number {
  if (shape.kind === 'circle') return 2 * Math.PI * (shape.radiusM ?? Number.NaN);
  return lengthM(outlineOf(shape));
}

/** Ground inside, m². */
export function groundM2(shape: Shape): number {
  return shape.kind === 'distance' ? 0 : areaM2(outlineOf(shape));
}

/** A shape as the server's questions about areas take it. */
export function areaInput(shape: Shape): AreaInput {
  const [lon, lat] = shape.points[0] ?? [Number.NaN, Number.NaN];
  if (shape.kind === 'circle') return { circle: { lon, lat, radiusM: shape.radiusM ?? Number.NaN } };
  if (shape.kind === 'rectangle') return { bbox: [...boundsOf(shape)] };
  return { polygon: { type: 'Polygon', coordinates: [outlineOf(shape).map(([x, y]) => [x, y])] } };
}

/** A shape with one of its handles elsewhere: a point, or the edge of a circle (the handle after its centre). */
export function withHandleAt(shape: Shape, handle: number, at: Position): Shape {
  if (shape.kind === 'circle' && handle === 1) {
    const [centre] = shape.points;
    return centre === undefined ? shape : { ...shape, radiusM: Math.min(MOST_RADIUS_M, Math.max(1, distanceM(centre, at))) };
  }
  return { ...shape, points: shape.points.map((point, i) => (i === handle ? at : point)) };
}

/** Where a shape can be taken hold of. */
export function handlesOf(shape: Shape): Position[] {
  if (shape.kind !== 'circle') return [...shape.points];
  // East of the centre.
  const east = outlineOf(shape)[24];
  return [...shape.points, ...(east === undefined ? [] : [east])];
}
