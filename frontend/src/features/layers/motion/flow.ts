import type { Layer } from '@deck.gl/core';
import { PathStyleExtension } from '@deck.gl/extensions';
import { PathLayer } from '@deck.gl/layers';

import type { PathColumn } from '../../../lib/columns/decode';
import type { BranchColumns } from '../../../lib/columns/layers';
import { perVertex, shiftsOfBranches } from '../../../lib/draw/paths';
import type { Placement } from '../../../lib/draw/points';
import { memoBy } from '../../../lib/memo';

import { FlowExtension } from './flowExtension';

/** Arrows are drawn from here on: farther out they would be a flicker. */
export const FLOW_FROM_ZOOM = 8;
const WIDTH_PX = 7;
/** Below this a line carries nothing to speak of. */
const LEAST_MW = 0.5;
const COLOUR: Readonly<Record<'dark' | 'light', [number, number, number, number]>> = {
  dark: [255, 255, 255, 210],
  light: [20, 34, 44, 210],
};

const EXTENSIONS = [new FlowExtension(), new PathStyleExtension({ offset: true })];

export interface Flows {
  paths: PathColumn;
  /** Line widths a second. */
  speeds: Float32Array;
  shiftsPx: Float32Array;
}

/** How fast arrows run, in line widths a second: from 0.8 for next to nothing to 4 at 1,000 MW. */
export function speedOf(flowMw: number): number {
  return 0.8 + 3.2 * Math.min(1, Math.sqrt(Math.abs(flowMw) / 1_000));
}

/** The lines that carry power, each in the direction in which it flows. Lines of unknown flow are left out. */
export const flowsOf = memoBy((columns: BranchColumns): Flows => {
  const rows = columns.ids.flatMap((_, i) => (Math.abs(columns.flowMw[i] ?? Number.NaN) >= LEAST_MW ? [i] : []));
  const coords = new Float64Array(4 * rows.length);
  const shifts = shiftsOfBranches(columns);
  const shiftsPx = new Float32Array(rows.length);
  rows.forEach((row, i) => {
    const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] = columns.coords.subarray(4 * row, 4 * row + 4);
    const isForward = (columns.flowMw[row] ?? 0) > 0;
    coords.set(isForward ? [x0, y0, x1, y1] : [x1, y1, x0, y0], 4 * i);
    // To the right of the line's own direction, which may be turned round here.
    shiftsPx[i] = (isForward ? 1 : -1) * (shifts[row] ?? 0);
  });
  return {
    paths: { coords, starts: Uint32Array.from({ length: rows.length + 1 }, (_, i) => 2 * i) },
    speeds: Float32Array.from(rows, (row) => speedOf(columns.flowMw[row] ?? 0)),
    shiftsPx,
  };
});

/** Buffers of the arrows, made once: from frame to frame only a uniform changes. */
const dataOf = memoBy((flows: Flows) => ({
  length: flows.paths.starts.length - 1,
  startIndices: flows.paths.starts,
  attributes: {
    getPath: { value: flows.paths.coords, size: 2 },
    getFlowSpeed: { value: perVertex(flows.speeds, flows.paths.starts, 1), size: 1 },
    getOffset: { value: perVertex(flows.shiftsPx.map((shift) => shift / WIDTH_PX), flows.paths.starts, 1), size: 1 },
  },
}));

/** Arrows along the transmission lines that run with the power flow of the base case. */
export function flowLayers(
  columns: BranchColumns,
  at: { elapsedMs: number; scale: number; scheme: 'dark' | 'light'; placement: Placement },
): Layer[] {
  const layer = {
    id: 'flow-arrows',
    ...at.placement,
    data: dataOf(flowsOf(columns)),
    _pathType: 'open',
    positionFormat: 'XY',
    widthUnits: 'pixels',
    widthScale: at.scale,
    getWidth: WIDTH_PX,
    getColor: COLOUR[at.scheme],
    seconds: at.elapsedMs / 1_000,
    extensions: EXTENSIONS,
    parameters: { depthCompare: 'always', depthWriteEnabled: false },
  };
  return [new PathLayer(layer as unknown as ConstructorParameters<typeof PathLayer>[0])];
}
