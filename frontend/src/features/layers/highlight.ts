import type { Layer } from '@deck.gl/core';

import type { PathColumn } from '../../lib/columns/decode';
import type { PointColumns } from '../../lib/columns/layers';
import { pathLayer, shiftsOfBranches } from '../../lib/draw/paths';
import { paint, pointLayer } from '../../lib/draw/points';
import type { Rgba } from '../../lib/draw/points';
import { symbolScale } from '../../lib/draw/zoomScale';

import { findAsset } from './assets';
import { voltageWidthPx } from './builders/transmission';
import type { DrawStyle } from './builders/transmission';
import type { LayerStates } from './loader';

const RING: Rgba = [255, 255, 255, 235];
const CLEAR: Rgba = [0, 0, 0, 0];

/** Marks assets: a ring around a point, a white underlay for a line. Unloaded assets are not marked. */
export function highlightLayers(
  states: LayerStates,
  assetIds: readonly string[],
  style: DrawStyle,
  id = 'selected',
  colour: Rgba = RING,
): Layer[] {
  return assetIds.flatMap((assetId) => {
    const hit = findAsset(states, assetId);
    if (hit === null) return [];
    const layerId = `${id}-${assetId}`;
    if (hit.layer === 'branches' || hit.layer === 'lines') {
      const line = lineOf(states, hit.layer, hit.index);
      return line === null ? [] : [underlay(layerId, line, style, colour)];
    }
    const columns = states[hit.layer]?.columns;
    return columns == null ? [] : [ring(layerId, columns, hit.index, style, colour)];
  });
}

const MENTIONED: Rgba = [255, 196, 61, 235];

/** An asset that is talked of, with its place where that is known. */
export interface Mention {
  assetId: string;
  lon: number | null;
  lat: number | null;
}

/** Marks assets that are talked of. What is not loaded is marked at its place, if that is known. */
export function mentionLayers(states: LayerStates, mentions: readonly Mention[], style: DrawStyle): Layer[] {
  const isLoaded = (mention: Mention): boolean => findAsset(states, mention.assetId) !== null;
  const elsewhere = mentions.flatMap(({ assetId, lon, lat }) => (lon === null || lat === null ? [] : [{ assetId, lon, lat }]));
  const unloaded = elsewhere.filter((mention) => !isLoaded({ ...mention }));
  const loaded = mentions.filter(isLoaded).map((mention) => mention.assetId);
  return [
    ...highlightLayers(states, loaded, style, 'mentioned', MENTIONED),
    ...(unloaded.length === 0 ? [] : [rings('mentioned-elsewhere', unloaded, style, MENTIONED)]),
  ];
}

interface OneLine {
  paths: PathColumn;
  widthPx: number;
  shiftPx: number;
}

function lineOf(states: LayerStates, layer: 'branches' | 'lines', index: number): OneLine | null {
  if (layer === 'branches') {
    const columns = states.branches?.columns;
    if (columns == null) return null;
    return {
      paths: { coords: columns.coords.slice(4 * index, 4 * index + 4), starts: Uint32Array.of(0, 2) },
      widthPx: voltageWidthPx(columns.kv[index] ?? Number.NaN),
      shiftPx: shiftsOfBranches(columns)[index] ?? 0,
    };
  }
  const paths = states.lines?.columns?.paths;
  if (paths === undefined) return null;
  const [from, to] = [paths.starts[index] ?? 0, paths.starts[index + 1] ?? 0];
  return {
    paths: { coords: paths.coords.slice(2 * from, 2 * to), starts: Uint32Array.of(0, to - from) },
    widthPx: 1.5,
    shiftPx: 0,
  };
}

function underlay(id: string, line: OneLine, style: DrawStyle, colour: Rgba): Layer {
  return pathLayer({
    id,
    paths: line.paths,
    style: {
      colours: paint(1, () => [colour[0], colour[1], colour[2], 150]),
      widthsPx: Float32Array.of(line.widthPx + 4),
      widthScale: symbolScale(style.zoom),
      shiftsPx: Float32Array.of(line.shiftPx),
    },
    placement: style.placement,
  });
}

function ring(id: string, columns: PointColumns, index: number, style: DrawStyle, colour: Rgba): Layer {
  const at = { assetId: columns.ids[index] ?? '', lon: columns.lon[index] ?? Number.NaN, lat: columns.lat[index] ?? Number.NaN };
  return rings(id, [at], style, colour);
}

function rings(id: string, at: readonly { assetId: string; lon: number; lat: number }[], style: DrawStyle, colour: Rgba): Layer {
  return pointLayer({
    id,
    columns: {
      ids: at.map((each) => each.assetId),
      lon: Float64Array.from(at, (each) => each.lon),
      lat: Float64Array.from(at, (each) => each.lat),
    },
    style: {
      radiiPx: 9,
      radiusScale: Math.max(1, symbolScale(style.zoom)),
      fill: CLEAR,
      outline: colour,
      outlinePx: 2.4,
    },
    placement: style.placement,
  });
}
