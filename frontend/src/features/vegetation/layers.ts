import type { Layer } from '@deck.gl/core';
import { PolygonLayer } from '@deck.gl/layers';

import type { PointColumns } from '../../lib/columns/layers';
import { pathsOfLines } from '../../lib/draw/lines';
import type { Lines } from '../../lib/draw/lines';
import { pathLayer } from '../../lib/draw/paths';
import { paint, pointLayer } from '../../lib/draw/points';
import type { Placement, Rgba } from '../../lib/draw/points';
import { detailScale } from '../../lib/draw/zoomScale';
import { linesOf } from '../../lib/geojson';

import { heatColour } from './heat';
import { lookOf } from './levels';
import type { Cell, Cluster } from './patternQueries';
import { nearestOn, ringAround } from './place';
import type { Position } from './place';
import type { TreeRisk } from './queries';

export interface LayerStyle {
  zoom: number;
  placement: Placement;
}

/** Trees as marks on the map. */
export interface TreeMarks extends PointColumns {
  level: readonly (string | null)[];
}

const CLEAR: Rgba = [0, 0, 0, 0];
const EDGE: Rgba = [14, 20, 26, 235];
const SELECTED: Rgba = [255, 255, 255, 255];
const FALL: Rgba = [245, 146, 55, 255];
const NEAR: Rgba = [159, 176, 189, 220];
const SPAN: Rgba = [255, 196, 61, 255];
/** Around a tree: what is near it at all. */
export const NEAR_RING_M = 100;

/** From afar thousands of trees stand beside each other: rims and rings would hide what they mark. */
const FAR_ZOOM = 12;
const FAR_OUTLINE_PX = 0.5;
const OUTLINE_PX = 1.8;

function scaleOf(zoom: number): number {
  return zoom < FAR_ZOOM ? Math.max(0.35, detailScale(zoom)) : Math.max(0.75, detailScale(zoom));
}

/** Levels that are rimmed in white; the first has a ring around it as well, so that neither rests on colour. */
const RIMMED: readonly (string | null)[] = ['CRITICAL', 'HIGH'];

/** Marks of trees: the worse, the larger and the more rims; the worst lie on top as they come last. */
export function treeLayers(marks: TreeMarks, style: LayerStyle): Layer[] {
  if (marks.ids.length === 0) return [];
  const radiusScale = scaleOf(style.zoom);
  const isFar = style.zoom < FAR_ZOOM;
  const critical = isFar ? [] : marks.level.flatMap((level, i) => (level === RIMMED[0] ? [i] : []));
  const rings = pointLayer({
    id: 'vegetation-critical',
    columns: {
      ids: critical.map((i) => marks.ids[i] ?? ''),
      lon: Float64Array.from(critical, (i) => marks.lon[i] ?? Number.NaN),
      lat: Float64Array.from(critical, (i) => marks.lat[i] ?? Number.NaN),
    },
    style: { radiiPx: lookOf(RIMMED[0]).radiusPx + 3.5, radiusScale, fill: CLEAR, outline: [...lookOf(RIMMED[0]).colour, 255], outlinePx: OUTLINE_PX },
    placement: style.placement,
  });
  const dots = pointLayer({
    id: 'vegetation-trees',
    columns: marks,
    style: {
      radiiPx: Float32Array.from(marks.level, (level) => lookOf(level).radiusPx),
      radiusScale,
      fill: paint(marks.ids.length, (i) => [...lookOf(marks.level[i]).colour, 235]),
      outline: paint(marks.ids.length, (i) => (!isFar && RIMMED.includes(marks.level[i] ?? null) ? SELECTED : EDGE)),
      outlinePx: isFar ? FAR_OUTLINE_PX : OUTLINE_PX,
    },
    placement: style.placement,
  });
  return critical.length === 0 ? [dots] : [rings, dots];
}

/** The chosen span, under the assets. */
export function spanLayers(route: unknown, style: LayerStyle): Layer[] {
  const lines = linesOf(route);
  return lines === null ? [] : [paths('vegetation-span', lines, SPAN, 9, style)];
}

/** What a tree threatens: the line it grows into, and the one on which it may fall. */
export interface Threats {
  growIn: unknown;
  fallIn: unknown;
}

/** The chosen tree: how far it falls, what is within 100 m, and the ways to the lines it threatens. */
export function selectedTreeLayers(tree: Pick<TreeRisk, 'lon' | 'lat' | 'heightM' | 'level'>, threats: Threats, style: LayerStyle): Layer[] {
  const at: Position = [tree.lon, tree.lat];
  const wayTo = (route: unknown): Lines => {
    const lines = linesOf(route);
    const nearest = lines === null ? null : nearestOn(lines, at);
    return nearest === null ? [] : [[at, nearest.at]];
  };
  const ways = [...wayTo(threats.fallIn), ...wayTo(threats.growIn)];
  return [
    paths('vegetation-near-ring', [ringAround(at, NEAR_RING_M)], NEAR, 1.4, style, [6, 4]),
    ...(tree.heightM == null ? [] : [paths('vegetation-fall-ring', [ringAround(at, tree.heightM)], FALL, 2.4, style)]),
    ...(ways.length === 0 ? [] : [paths('vegetation-threats', ways, FALL, 3, style)]),
    pointLayer({
      id: 'vegetation-tree',
      columns: { ids: ['selected'], lon: Float64Array.of(tree.lon), lat: Float64Array.of(tree.lat) },
      style: {
        radiiPx: lookOf(tree.level).radiusPx + 3,
        radiusScale: Math.max(1, scaleOf(style.zoom)),
        fill: [...lookOf(tree.level).colour, 255],
        outline: SELECTED,
        outlinePx: 2.6,
      },
      placement: style.placement,
    }),
  ];
}

/** Hulls of clusters with a mark in their middle, as large as many trees they have. */
export function clusterLayers(clusters: readonly Cluster[], style: LayerStyle): Layer[] {
  if (clusters.length === 0) return [];
  return [
    polygons('vegetation-hulls', clusters, (each) => ringOf(each.outline), (each) => [...lookOf(each.level).colour, 60], style, (each) => [
      ...lookOf(each.level).colour,
      230,
    ]),
    pointLayer({
      id: 'vegetation-clusters',
      columns: {
        ids: clusters.map((_, i) => String(i)),
        lon: Float64Array.from(clusters, ({ lon }) => lon),
        lat: Float64Array.from(clusters, ({ lat }) => lat),
      },
      style: {
        radiiPx: Float32Array.from(clusters, ({ treeCount }) => 3 + 2 * Math.log2(treeCount)),
        radiusScale: 1,
        fill: paint(clusters.length, (i) => [...lookOf(clusters[i]?.level).colour, 210]),
        outline: EDGE,
        outlinePx: 1.4,
      },
      placement: style.placement,
    }),
  ];
}

/** Cells by their share of the highest value; cells without any stay clear. */
export function heatLayers(cells: readonly Cell[], style: LayerStyle): Layer[] {
  const most = cells.reduce((highest, { value }) => Math.max(highest, value), 0);
  const shown = cells.filter(({ value }) => value > 0);
  if (shown.length === 0) return [];
  return [
    polygons('vegetation-heat', shown, (cell) => ringOf(cell.boundary), (cell) => [...heatColour(cell.value / most), 150], style),
  ];
}

function ringOf(geometry: unknown): Position[] {
  if (typeof geometry !== 'object' || geometry === null) return [];
  const { type, coordinates } = geometry as { type?: unknown; coordinates?: unknown };
  return type === 'Polygon' && Array.isArray(coordinates) ? (coordinates[0] as Position[]) : [];
}

function paths(id: string, lines: Lines, colour: Rgba, widthPx: number, style: LayerStyle, dash?: readonly [number, number]): Layer {
  return pathLayer({
    id,
    paths: pathsOfLines(lines),
    style: {
      colours: paint(lines.length, () => colour),
      widthsPx: new Float32Array(lines.length).fill(widthPx),
      widthScale: 1,
      ...(dash && { dash }),
    },
    placement: style.placement,
  });
}

function polygons<Row>(
  id: string,
  rows: readonly Row[],
  ring: (row: Row) => Position[],
  fill: (row: Row) => Rgba,
  style: LayerStyle,
  line?: (row: Row) => Rgba,
): Layer {
  return new PolygonLayer<Row>({
    id,
    ...style.placement,
    data: rows.filter((row) => ring(row).length > 2),
    positionFormat: 'XY',
    getPolygon: (row) => ring(row).map(([lon, lat]) => [lon, lat] as [number, number]),
    getFillColor: (row) => [...fill(row)],
    stroked: line !== undefined,
    getLineColor: (row) => (line === undefined ? [0, 0, 0, 0] : [...line(row)]),
    lineWidthUnits: 'pixels',
    getLineWidth: 1.6,
    parameters: { depthCompare: 'always', depthWriteEnabled: false },
  });
}
