import type { PathColumn } from '../columns/decode';

/** Lines as lists of positions, longitude before latitude. */
export type Lines = readonly (readonly (readonly [number, number])[])[];

/** Lines as the flat columns that layers draw. */
export function pathsOfLines(lines: Lines): PathColumn {
  const starts = new Uint32Array(lines.length + 1);
  lines.forEach((line, i) => {
    starts[i + 1] = (starts[i] ?? 0) + line.length;
  });
  const coords = new Float64Array(2 * (starts.at(-1) ?? 0));
  let at = 0;
  for (const line of lines) {
    for (const [lon, lat] of line) {
      coords[at] = lon;
      coords[at + 1] = lat;
      at += 2;
    }
  }
  return { coords, starts };
}
