import { ScatterplotLayer } from '@deck.gl/layers';

import type { PointColumns } from '../columns/layers';

export type Rgba = readonly [number, number, number, number];

/** Layer properties that MapLibreOverlay understands beyond deck.gl's own. */
export interface Placement {
  /** The base-map layer to draw under. */
  beforeId?: string;
}

export interface PointStyle {
  /** Radius of each point in pixels at scale 1, or of all. */
  radiiPx: Float32Array | number;
  radiusScale: number;
  /** RGBA of each point, four bytes a point, or of all. */
  fill: Uint8Array | Rgba;
  outline?: Uint8Array | Rgba;
  outlinePx?: number;
}

const positions = new WeakMap<PointColumns, Float64Array>();

/** lon,lat of all points in one buffer, made once per data set. */
export function positionsOf(columns: PointColumns): Float64Array {
  let found = positions.get(columns);
  if (found === undefined) {
    found = new Float64Array(columns.ids.length * 2);
    for (let i = 0; i < columns.ids.length; i += 1) {
      found[2 * i] = columns.lon[i] ?? Number.NaN;
      found[2 * i + 1] = columns.lat[i] ?? Number.NaN;
    }
    positions.set(columns, found);
  }
  return found;
}

interface Buffer {
  value: Float64Array | Float32Array | Uint8Array;
  size: number;
  normalized?: boolean;
}

/** Points from column buffers; only uniforms change with the zoom. */
export function pointLayer(options: {
  id: string;
  columns: PointColumns;
  style: PointStyle;
  placement: Placement;
}): ScatterplotLayer {
  const { id, columns, style, placement } = options;
  const attributes: Record<string, Buffer> = { getPosition: { value: positionsOf(columns), size: 2 } };
  if (typeof style.radiiPx !== 'number') attributes.getRadius = { value: style.radiiPx, size: 1 };
  if (style.fill instanceof Uint8Array) attributes.getFillColor = { value: style.fill, size: 4, normalized: true };
  const { outline } = style;
  if (outline instanceof Uint8Array) attributes.getLineColor = { value: outline, size: 4, normalized: true };
  return new ScatterplotLayer({
    id,
    ...placement,
    data: { length: columns.ids.length, attributes },
    positionFormat: 'XY',
    radiusUnits: 'pixels',
    radiusScale: style.radiusScale,
    lineWidthUnits: 'pixels',
    getRadius: typeof style.radiiPx === 'number' ? style.radiiPx : 1,
    getFillColor: style.fill instanceof Uint8Array ? [0, 0, 0, 255] : [...style.fill],
    getLineColor: outline === undefined || outline instanceof Uint8Array ? [0, 0, 0, 255] : [...outline],
    getLineWidth: style.outlinePx ?? 0,
    stroked: outline !== undefined,
    parameters: { depthCompare: 'always', depthWriteEnabled: false },
  });
}

/** RGBA bytes of `count` points, each from its colour. */
export function paint(count: number, colourOf: (index: number) => Rgba): Uint8Array {
  const bytes = new Uint8Array(count * 4);
  for (let i = 0; i < count; i += 1) bytes.set(colourOf(i), 4 * i);
  return bytes;
}
