import type { LayerColumns, LayerKey, PointColumns } from '../../lib/columns/layers';
import { pathsOfBranches, shiftsOfBranches } from '../../lib/draw/paths';
import { detailScale, symbolScale } from '../../lib/draw/zoomScale';
import { PathIndex } from '../../lib/picking/pathIndex';
import { PointIndex } from '../../lib/picking/pointIndex';
import type { Nearest, PointerAt } from '../../lib/picking/pointIndex';

import type { Hit } from './assets';
import {
  METER_RADIUS_PX,
  outageRadii,
  POLE_RADIUS_PX,
  SWITCH_RADIUS_PX,
  transformerRadii,
} from './builders/distribution';
import { substationRadii } from './builders/transmission';
import type { LayerStates } from './loader';

const POINT_TOLERANCE_PX = 5;
const LINE_TOLERANCE_PX = 6;

type Lookup = (at: Omit<PointerAt, 'tolerancePx'>) => Nearest | null;

function pointLookup(columns: PointColumns, radii: Float32Array | number, scale = symbolScale): Lookup {
  const index = new PointIndex(columns.lon, columns.lat, radii);
  return (at) => index.nearest({ ...at, tolerancePx: POINT_TOLERANCE_PX }, scale(at.zoom));
}

/** How the pointer finds assets of a layer; mirrors how the layer's builder draws them. */
const LOOKUPS: { [K in LayerKey]: (columns: LayerColumns[K]) => Lookup } = {
  substations: (c) => pointLookup(c, substationRadii(c)),
  transformers: (c) => pointLookup(c, transformerRadii(c), detailScale),
  switches: (c) => pointLookup(c, SWITCH_RADIUS_PX, detailScale),
  meters: (c) => pointLookup(c, METER_RADIUS_PX, detailScale),
  poles: (c) => pointLookup(c, POLE_RADIUS_PX, detailScale),
  outages: (c) => pointLookup(c, outageRadii(c)),
  branches: (c) => {
    const index = new PathIndex(pathsOfBranches(c), shiftsOfBranches(c));
    return (at) => index.nearest({ ...at, tolerancePx: LINE_TOLERANCE_PX }, symbolScale(at.zoom));
  },
  lines: (c) => {
    const index = new PathIndex(c.paths);
    return (at) => index.nearest({ ...at, tolerancePx: LINE_TOLERANCE_PX });
  },
};

/** Points win over lines; among points the nearest, then the one named first here. */
const POINT_LAYERS: readonly LayerKey[] = ['outages', 'substations', 'switches', 'transformers', 'meters', 'poles'];
const LINE_LAYERS: readonly LayerKey[] = ['branches', 'lines'];

const lookups = new WeakMap<object, Lookup>();

function lookupOf<K extends LayerKey>(key: K, columns: LayerColumns[K]): Lookup {
  let found = lookups.get(columns);
  if (found === undefined) {
    found = LOOKUPS[key](columns);
    lookups.set(columns, found);
  }
  return found;
}

/** The asset drawn under the pointer, or null. Indexes are built on first use of a data set. */
export function pick(states: LayerStates, at: Omit<PointerAt, 'tolerancePx'>): Hit | null {
  return nearestOf(states, POINT_LAYERS, at) ?? nearestOf(states, LINE_LAYERS, at);
}

function nearestOf(states: LayerStates, keys: readonly LayerKey[], at: Omit<PointerAt, 'tolerancePx'>): Hit | null {
  let best: (Nearest & { layer: LayerKey; assetId: string }) | null = null;
  for (const layer of keys) {
    const columns = states[layer]?.columns;
    if (columns == null) continue;
    const found = lookupOf(layer, columns)(at);
    if (found !== null && (best === null || found.distancePx < best.distancePx)) {
      best = { ...found, layer, assetId: columns.ids[found.index] ?? '' };
    }
  }
  return best === null ? null : { layer: best.layer, index: best.index, assetId: best.assetId };
}
