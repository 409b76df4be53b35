import type { Layer } from '@deck.gl/core';
import { SolidPolygonLayer, TextLayer } from '@deck.gl/layers';

import { pathsOfLines } from '../../lib/draw/lines';
import { pathLayer } from '../../lib/draw/paths';
import { paint, pointLayer } from '../../lib/draw/points';
import type { Placement, Rgba } from '../../lib/draw/points';
import { legsM } from '../../lib/geo/geodesic';
import type { Position } from '../../lib/geo/geodesic';
import { edgeM, groundM2, handlesOf, outlineOf } from '../../lib/geo/shapes';
import type { Shape } from '../../lib/geo/shapes';
import type { ColourScheme } from '../../lib/preferences';
import { formatArea, formatDistance } from '../../lib/units';
import type { UnitSystem } from '../../lib/units';

import { draftShape } from './drawing';
import type { Drawing } from './drawing';

export interface ToolStyle {
  scheme: ColourScheme;
  units: UnitSystem;
  placement: Placement;
}

const COLOURS: Readonly<Record<ColourScheme, { line: Rgba; text: Rgba; behind: Rgba }>> = {
  dark: { line: [255, 150, 205, 255], text: [255, 214, 236, 255], behind: [17, 26, 33, 225] },
  light: { line: [168, 16, 104, 255], text: [110, 8, 66, 255], behind: [255, 255, 255, 230] },
};
const WIDTH_PX = 2.2;
const HANDLE_PX = 5;
/** More legs than these are told in the panel alone. */
const MOST_LABELLED_LEGS = 12;

interface Label {
  text: string;
  at: Position;
}

/** What was drawn and is being drawn, with handles and lengths. */
export function toolLayers(drawing: Drawing, style: ToolStyle): Layer[] {
  const draft = draftShape(drawing);
  const shapes = draft === null ? drawing.shapes : [...drawing.shapes, draft];
  if (shapes.length === 0) return [];
  const shown = draft ?? (drawing.active === null ? undefined : drawing.shapes[drawing.active]);
  return [
    ...fills(shapes, shown, style),
    outlines(shapes, shown, style),
    handles(shapes, style),
    ...labels(shown === undefined ? [] : labelsOf(shown, style.units), style),
  ];
}

function fills(shapes: readonly Shape[], shown: Shape | undefined, style: ToolStyle): Layer[] {
  const [red, green, blue] = COLOURS[style.scheme].line;
  const filled = shapes.filter((shape) => shape.kind !== 'distance' && outlineOf(shape).length > 3);
  if (filled.length === 0) return [];
  return [
    new SolidPolygonLayer<Shape>({
      id: 'tools-fill',
      ...style.placement,
      data: filled,
      getPolygon: (shape) => outlineOf(shape).map(([lon, lat]): [number, number] => [lon, lat]),
      getFillColor: (shape) => [red, green, blue, shape === shown ? 38 : 18],
      updateTriggers: { getFillColor: [shown, style.scheme] },
      parameters: { depthCompare: 'always', depthWriteEnabled: false },
    }),
  ];
}

function outlines(shapes: readonly Shape[], shown: Shape | undefined, style: ToolStyle): Layer {
  const { line } = COLOURS[style.scheme];
  const outlined = shapes.map(outlineOf);
  return pathLayer({
    id: 'tools-line',
    paths: pathsOfLines(outlined),
    style: {
      colours: paint(shapes.length, (i) => [line[0], line[1], line[2], shapes[i] === shown ? 255 : 170]),
      widthsPx: new Float32Array(shapes.length).fill(WIDTH_PX),
      widthScale: 1,
    },
    placement: style.placement,
  });
}

function handles(shapes: readonly Shape[], style: ToolStyle): Layer {
  const { line, behind } = COLOURS[style.scheme];
  const places = shapes.flatMap(handlesOf);
  return pointLayer({
    id: 'tools-handles',
    columns: {
      ids: places.map((_, i) => String(i)),
      lon: Float64Array.from(places, ([lon]) => lon),
      lat: Float64Array.from(places, ([, lat]) => lat),
    },
    style: { radiiPx: HANDLE_PX, radiusScale: 1, fill: behind, outline: line, outlinePx: 2 },
    placement: style.placement,
  });
}

/** The figures that stand on the map beside a shape. */
export function labelsOf(shape: Shape, units: UnitSystem): Label[] {
  const { kind, points, radiusM } = shape;
  const [first] = points;
  if (first === undefined) return [];
  if (kind === 'circle') {
    const edge = handlesOf(shape)[1];
    return radiusM === null || edge === undefined ? [] : [{ text: formatDistance(radiusM, units), at: middle(first, edge) }];
  }
  if (kind !== 'distance') {
    const ring = outlineOf(shape).slice(0, -1);
    if (ring.length < 3) return [];
    const centre: Position = [mean(ring.map(([lon]) => lon)), mean(ring.map(([, lat]) => lat))];
    return [{ text: formatArea(groundM2(shape), units), at: centre }];
  }
  const legs = legsM(points);
  const last = points.at(-1) ?? first;
  const total = legs.length === 0 ? [] : [{ text: formatDistance(edgeM(shape), units), at: last }];
  if (legs.length < 2 || legs.length > MOST_LABELLED_LEGS) return total;
  const onLegs = legs.map((leg, i) => ({ text: formatDistance(leg, units), at: middle(points[i] ?? first, points[i + 1] ?? last) }));
  return [...onLegs, ...total.map(({ text, at }) => ({ text: `total ${text}`, at }))];
}

function labels(texts: readonly Label[], style: ToolStyle): Layer[] {
  // An empty text layer makes an atlas without a letter, which WebGL refuses.
  if (texts.length === 0) return [];
  const { text, behind } = COLOURS[style.scheme];
  const layer = new TextLayer<Label>({
    id: 'tools-labels',
    ...style.placement,
    data: texts,
    getText: (label) => label.text.replaceAll('\u00a0', ' '),
    getPosition: (label) => [label.at[0], label.at[1]],
    getColor: [...text],
    getSize: 13,
    getPixelOffset: [0, -14],
    fontFamily: 'Roboto, "Segoe UI", sans-serif',
    characterSet: 'auto',
    background: true,
    backgroundPadding: [4, 2],
    getBackgroundColor: [...behind],
    updateTriggers: { getColor: style.scheme, getBackgroundColor: style.scheme },
    parameters: { depthCompare: 'always', depthWriteEnabled: false },
  });
  return [layer];
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function middle(one: Position, other: Position): Position {
  return [(one[0] + other[0]) / 2, (one[1] + other[1]) / 2];
}
