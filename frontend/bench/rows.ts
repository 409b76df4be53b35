import type { LineColumns, TransformerColumns } from '../src/lib/columns/layers';

/** So many sections share a circuit. */
export const SECTIONS_PER_CIRCUIT = 50;
const [WEST, SOUTH, SIZE] = [-95.55, 29.65, 0.3];

/** Numbers from 0 to 1, the same in every run (mulberry32, Tommy Ettinger 2017). */
export function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Line sections of two to four points, scattered over a city. */
export function lineRows(count: number): LineColumns {
  const next = numbers(1);
  const starts = new Uint32Array(count + 1);
  for (let i = 0; i < count; i += 1) starts[i + 1] = (starts[i] ?? 0) + 2 + (i % 3);
  const coords = new Float64Array(2 * (starts.at(-1) ?? 0));
  for (let i = 0; i < count; i += 1) {
    let [lon, lat] = [WEST + SIZE * next(), SOUTH + SIZE * next()];
    for (let point = starts[i] ?? 0; point < (starts[i + 1] ?? 0); point += 1) {
      coords[2 * point] = lon;
      coords[2 * point + 1] = lat;
      lon += 0.002 * (next() - 0.5);
      lat += 0.002 * (next() - 0.5);
    }
  }
  return {
    ids: Array.from({ length: count }, (_, i) => `LINE-${i}`),
    circuitIds: Array.from({ length: count }, (_, i) => `CKT-${Math.floor(i / SECTIONS_PER_CIRCUIT)}`),
    lineClass: new Array<string>(count).fill('LATERAL'),
    phases: new Array<null>(count).fill(null),
    isUnderground: new Uint8Array(count),
    weatherLoadingPct: new Float64Array(count).fill(Number.NaN),
    circuitLoadingPct: Float64Array.from({ length: count }, () => 120 * next()),
    paths: { coords, starts },
  };
}

/** Transformers scattered over the same city. */
export function transformerRows(count: number): TransformerColumns {
  const next = numbers(2);
  return {
    ids: Array.from({ length: count }, (_, i) => `XFMR-${i}`),
    lon: Float64Array.from({ length: count }, () => WEST + SIZE * next()),
    lat: Float64Array.from({ length: count }, () => SOUTH + SIZE * next()),
    circuitIds: new Array<null>(count).fill(null),
    ratedKva: new Float64Array(count).fill(50),
    peakLoadingPct: new Float64Array(count).fill(Number.NaN),
    latestLoadingPct: Float64Array.from({ length: count }, () => 120 * next()),
    customerCount: new Float64Array(count).fill(6),
  };
}

export const CENTRE = { lng: WEST + SIZE / 2, lat: SOUTH + SIZE / 2, zoom: 11.6 };
