import type { PathColumn } from './decode';
import type { LayerColumns, LayerKey } from './layers';

/** Some rows of a layer's columns, in the order given. */
export function takeRows<K extends LayerKey>(columns: LayerColumns[K], rows: readonly number[]): LayerColumns[K] {
  const taken = Object.entries(columns).map(([name, values]: [string, unknown]) => [name, takeOf(name, values, rows)]);
  return Object.fromEntries(taken) as LayerColumns[K];
}

function takeOf(name: string, values: unknown, rows: readonly number[]): unknown {
  if (Array.isArray(values)) return rows.map((row): unknown => values[row]);
  if (values instanceof Uint8Array) return Uint8Array.from(rows, (row) => values[row] ?? 0);
  // The two ends of a transmission line are four numbers.
  if (values instanceof Float64Array) return takeNumbers(values, rows, name === 'coords' ? 4 : 1);
  return takePaths(values as PathColumn, rows);
}

function takeNumbers(values: Float64Array, rows: readonly number[], size: number): Float64Array {
  const out = new Float64Array(rows.length * size);
  rows.forEach((row, i) => out.set(values.subarray(row * size, (row + 1) * size), i * size));
  return out;
}

function takePaths({ coords, starts }: PathColumn, rows: readonly number[]): PathColumn {
  const lengths = rows.map((row) => (starts[row + 1] ?? 0) - (starts[row] ?? 0));
  const taken = new Uint32Array(rows.length + 1);
  lengths.forEach((length, i) => (taken[i + 1] = (taken[i] ?? 0) + length));
  const out = new Float64Array(2 * (taken.at(-1) ?? 0));
  rows.forEach((row, i) => {
    const from = starts[row] ?? 0;
    out.set(coords.subarray(2 * from, 2 * (from + (lengths[i] ?? 0))), 2 * (taken[i] ?? 0));
  });
  return { coords: out, starts: taken };
}
