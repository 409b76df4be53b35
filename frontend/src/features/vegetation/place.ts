/** Small geometry on the ground: rings around a tree, and the way from it to a line. */
import type { Lines } from '../../lib/draw/lines';

export type Position = readonly [lon: number, lat: number];

/** Metres of a degree of latitude; near enough for a hundred metres anywhere. */
const M_PER_DEG = 111_320;
const RING_POINTS = 72;

function metresPerLon(lat: number): number {
  return M_PER_DEG * Math.cos((lat * Math.PI) / 180);
}

/** A closed ring of a radius in metres around a place. */
export function ringAround([lon, lat]: Position, radiusM: number): Position[] {
  return Array.from({ length: RING_POINTS + 1 }, (_, i) => {
    const angle = (2 * Math.PI * (i % RING_POINTS)) / RING_POINTS;
    return [lon + (radiusM * Math.cos(angle)) / metresPerLon(lat), lat + (radiusM * Math.sin(angle)) / M_PER_DEG];
  });
}

/** The place of a line that is nearest to another place, and how far it is in metres; null of no line. */
export function nearestOn(lines: Lines, [lon, lat]: Position): { at: Position; distanceM: number } | null {
  const perLon = metresPerLon(lat);
  let best: { at: Position; distanceM: number } | null = null;
  for (const line of lines) {
    for (let i = 0; i + 1 < line.length; i += 1) {
      const [a, b] = [line[i], line[i + 1]];
      if (a === undefined || b === undefined) continue;
      const [ax, ay] = [(a[0] - lon) * perLon, (a[1] - lat) * M_PER_DEG];
      const [bx, by] = [(b[0] - lon) * perLon, (b[1] - lat) * M_PER_DEG];
      const [dx, dy] = [bx - ax, by - ay];
      const squared = dx * dx + dy * dy;
      const t = squared === 0 ? 0 : Math.min(1, Math.max(0, -(ax * dx + ay * dy) / squared));
      const [x, y] = [ax + t * dx, ay + t * dy];
      const distanceM = Math.hypot(x, y);
      if (best === null || distanceM < best.distanceM) best = { at: [lon + x / perLon, lat + y / M_PER_DEG], distanceM };
    }
  }
  return best;
}

/** The middle of a line by its length; null of no line. */
export function middleOf(lines: Lines): Position | null {
  const line = lines[0];
  const first = line?.[0];
  if (line === undefined || first === undefined) return null;
  const steps = line.slice(1).map((to, i) => {
    const from = line[i] ?? to;
    return { from, to, lengthM: Math.hypot((to[0] - from[0]) * metresPerLon(to[1]), (to[1] - from[1]) * M_PER_DEG) };
  });
  let left = steps.reduce((sum, { lengthM }) => sum + lengthM, 0) / 2;
  for (const { from, to, lengthM } of steps) {
    if (left <= lengthM && lengthM > 0) {
      const t = left / lengthM;
      return [from[0] + t * (to[0] - from[0]), from[1] + t * (to[1] - from[1])];
    }
    left -= lengthM;
  }
  return [first[0], first[1]];
}

interface Mark {
  ids: readonly string[];
  lon: Float64Array;
  lat: Float64Array;
}

/** The mark nearest to a pointer within some pixels; -1 if none is. */
export function markAt(marks: Mark, at: { lng: number; lat: number; zoom: number }, withinPx: number): number {
  const degPerPx = 360 / (512 * 2 ** at.zoom);
  const shrink = Math.cos((at.lat * Math.PI) / 180);
  let best = -1;
  let least = withinPx;
  for (let i = 0; i < marks.ids.length; i += 1) {
    const x = ((marks.lon[i] ?? Number.NaN) - at.lng) / degPerPx;
    const y = ((marks.lat[i] ?? Number.NaN) - at.lat) / (degPerPx * shrink);
    const distance = Math.hypot(x, y);
    if (distance <= least) {
      best = i;
      least = distance;
    }
  }
  return best;
}
