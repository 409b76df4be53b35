import { PathStyleExtension } from '@deck.gl/extensions';
import { PathLayer } from '@deck.gl/layers';

import type { PathColumn } from '../columns/decode';
import type { BranchColumns } from '../columns/layers';
import { parallelPlaces } from '../parallelCircuits';

import type { Placement } from './points';

export interface PathStyle {
  /** RGBA of each line, four bytes a line. */
  colours: Uint8Array;
  /** Width of each line in pixels at scale 1. */
  widthsPx: Float32Array;
  widthScale: number;
  /** 0 to 1; 1 if left out. */
  opacity?: number;
  /** Sideways shift of each line in pixels at scale 1, positive to its right. */
  shiftsPx?: Float32Array;
  /** Dash and gap in line widths; drawn through if left out. */
  dash?: readonly [number, number];
}

const OFFSET = [new PathStyleExtension({ offset: true })];
const OFFSET_DASHED = [new PathStyleExtension({ offset: true, dash: true })];
const DASHED = [new PathStyleExtension({ dash: true })];

/** Distance between the middles of parallel circuits at scale 1, pixels. */
const CIRCUIT_SPACING_PX = 3.6;

const branchPaths = new WeakMap<BranchColumns, PathColumn>();
const branchShifts = new WeakMap<BranchColumns, Float32Array>();

/** The two-point lines of the transmission grid as paths, made once per data set. */
export function pathsOfBranches(columns: BranchColumns): PathColumn {
  let found = branchPaths.get(columns);
  if (found === undefined) {
    found = { coords: columns.coords, starts: Uint32Array.from({ length: columns.ids.length + 1 }, (_, i) => 2 * i) };
    branchPaths.set(columns, found);
  }
  return found;
}

/** Sideways shift of each transmission line in pixels at scale 1. */
export function shiftsOfBranches(columns: BranchColumns): Float32Array {
  let found = branchShifts.get(columns);
  if (found === undefined) {
    found = parallelPlaces(columns.fromIds, columns.toIds).map((place) => place * CIRCUIT_SPACING_PX);
    branchShifts.set(columns, found);
  }
  return found;
}

/** Repeat a value per line for each of its points: deck.gl reads path attributes by vertex. */
export function perVertex<T extends Uint8Array | Float32Array>(values: T, starts: Uint32Array, size: number): T {
  const points = starts.at(-1) ?? 0;
  const Kind = values.constructor as new (length: number) => T;
  const out = new Kind(points * size);
  for (let line = 0; line + 1 < starts.length; line += 1) {
    const row = values.subarray(line * size, (line + 1) * size);
    for (let p = starts[line] ?? 0; p < (starts[line + 1] ?? 0); p += 1) out.set(row, p * size);
  }
  return out;
}

const expanded = new WeakMap<Uint8Array, { starts: Uint32Array; out: Uint8Array }>();

/** The colours of lines for each of their points, as the layer holds them; made once for a set of colours. */
export function vertexColours(colours: Uint8Array, starts: Uint32Array): Uint8Array {
  const found = expanded.get(colours);
  if (found?.starts === starts) return found.out;
  const out = perVertex(colours, starts, 4);
  expanded.set(colours, { starts, out });
  return out;
}

interface PathData {
  length: number;
  startIndices: Uint32Array;
  attributes: { getPath: { value: Float64Array; size: number } } & Record<string, object>;
}

function extensionsOf(isShifted: boolean, isDashed: boolean): PathStyleExtension[] {
  if (isDashed) return isShifted ? OFFSET_DASHED : DASHED;
  return isShifted ? OFFSET : [];
}

/** Lines from column buffers; a change of colour alone tessellates nothing anew. */
export function pathLayer(options: {
  id: string;
  paths: PathColumn;
  style: PathStyle;
  placement: Placement;
}): PathLayer {
  const { id, paths, style, placement } = options;
  const { starts, coords } = paths;
  // deck.gl counts offsets in line widths.
  const offsets = style.shiftsPx?.map((shift, i) => shift / (style.widthsPx[i] ?? 1));
  const data: PathData = {
    length: starts.length - 1,
    startIndices: starts,
    attributes: {
      getPath: { value: coords, size: 2 },
      getColor: { value: vertexColours(style.colours, starts), size: 4, normalized: true },
      getWidth: { value: perVertex(style.widthsPx, starts, 1), size: 1 },
      ...(offsets && { getOffset: { value: perVertex(offsets, starts, 1), size: 1 } }),
    },
  };
  return new PathLayer({
    id,
    ...placement,
    data,
    _pathType: 'open',
    positionFormat: 'XY',
    widthUnits: 'pixels',
    widthScale: style.widthScale,
    opacity: style.opacity ?? 1,
    widthMinPixels: 0.6,
    jointRounded: false,
    capRounded: false,
    extensions: extensionsOf(offsets !== undefined, style.dash !== undefined),
    ...(style.dash && { getDashArray: [...style.dash] }),
    dataComparator: (next: PathData, previous: PathData | null) =>
      previous?.attributes.getPath.value === next.attributes.getPath.value,
    updateTriggers: { getColor: style.colours, getWidth: style.widthsPx, getOffset: style.shiftsPx },
    parameters: { depthCompare: 'always', depthWriteEnabled: false },
  } as unknown as ConstructorParameters<typeof PathLayer>[0]);
}
