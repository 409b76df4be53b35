import type { Table } from 'apache-arrow';

import { decodeFlags, decodeIds, decodeNumbers, decodePaths, decodeTexts } from './decode';
import type { PathColumn } from './decode';

/** Points have parallel `lon` and `lat` columns; index i is one asset throughout. */
export interface PointColumns {
  ids: string[];
  lon: Float64Array;
  lat: Float64Array;
}

export interface SubstationColumns extends PointColumns {
  name: (string | null)[];
  maxKv: Float64Array;
  loadMw: Float64Array;
  generationMw: Float64Array;
  zone: (string | null)[];
  circuitCount: Float64Array;
}

/** Transmission lines, straight between substations. NaN: no rating, no loading. */
export interface BranchColumns {
  ids: string[];
  fromIds: string[];
  toIds: string[];
  /** lon,lat of the two ends of line i at 4i..4i+3. */
  coords: Float64Array;
  kv: Float64Array;
  ratingMva: Float64Array;
  flowMw: Float64Array;
  loadingPct: Float64Array;
  /** Flow over the rating in the newest hour's weather. */
  weatherLoadingPct: Float64Array;
}

export interface LineColumns {
  ids: string[];
  circuitIds: (string | null)[];
  lineClass: (string | null)[];
  phases: (string | null)[];
  isUnderground: Uint8Array;
  /** Load of its circuit over the rating in the newest hour's weather. NaN: unknown. */
  weatherLoadingPct: Float64Array;
  /** Load of its circuit in the newest hour over the rating. Comes as live news; NaN until then, or unknown. */
  circuitLoadingPct: Float64Array;
  paths: PathColumn;
}

export interface TransformerColumns extends PointColumns {
  circuitIds: (string | null)[];
  ratedKva: Float64Array;
  peakLoadingPct: Float64Array;
  latestLoadingPct: Float64Array;
  customerCount: Float64Array;
}

export interface MeterColumns extends PointColumns {
  transformerIds: (string | null)[];
  customerClass: (string | null)[];
}

export interface SwitchColumns extends PointColumns {
  circuitIds: (string | null)[];
  kind: (string | null)[];
  isNormallyOpen: Uint8Array;
}

export interface OutageColumns extends PointColumns {
  status: (string | null)[];
  customersOut: Float64Array;
}

function points(table: Table): PointColumns {
  return { ids: decodeIds(table, 'id'), lon: decodeNumbers(table, 'lon'), lat: decodeNumbers(table, 'lat') };
}

function branches(table: Table): BranchColumns {
  const ends = ['from_lon', 'from_lat', 'to_lon', 'to_lat'].map((name) => decodeNumbers(table, name));
  const coords = new Float64Array(table.numRows * 4);
  ends.forEach((values, part) => {
    for (let row = 0; row < table.numRows; row += 1) coords[4 * row + part] = values[row] ?? Number.NaN;
  });
  return {
    ids: decodeIds(table, 'id'),
    fromIds: decodeIds(table, 'from_id'),
    toIds: decodeIds(table, 'to_id'),
    coords,
    kv: decodeNumbers(table, 'kv'),
    ratingMva: decodeNumbers(table, 'rating_mva'),
    flowMw: decodeNumbers(table, 'flow_mw'),
    loadingPct: decodeNumbers(table, 'loading_pct'),
    weatherLoadingPct: decodeNumbers(table, 'weather_loading_pct'),
  };
}

/** Decoder of each layer whose columns the map knows how to draw. */
export const DECODERS = {
  substations: (table: Table): SubstationColumns => ({
    ...points(table),
    name: decodeTexts(table, 'name'),
    maxKv: decodeNumbers(table, 'max_kv'),
    loadMw: decodeNumbers(table, 'load_mw'),
    generationMw: decodeNumbers(table, 'generation_mw'),
    zone: decodeTexts(table, 'zone'),
    circuitCount: decodeNumbers(table, 'circuit_count'),
  }),
  branches,
  lines: (table: Table): LineColumns => ({
    ids: decodeIds(table, 'id'),
    circuitIds: decodeTexts(table, 'circuit_id'),
    lineClass: decodeTexts(table, 'line_class'),
    phases: decodeTexts(table, 'phases'),
    isUnderground: decodeFlags(table, 'is_underground'),
    weatherLoadingPct: decodeNumbers(table, 'weather_loading_pct'),
    circuitLoadingPct: new Float64Array(table.numRows).fill(Number.NaN),
    paths: decodePaths(table, 'path'),
  }),
  transformers: (table: Table): TransformerColumns => ({
    ...points(table),
    circuitIds: decodeTexts(table, 'circuit_id'),
    ratedKva: decodeNumbers(table, 'rated_kva'),
    peakLoadingPct: decodeNumbers(table, 'peak_loading_pct'),
    latestLoadingPct: decodeNumbers(table, 'latest_loading_pct'),
    customerCount: decodeNumbers(table, 'customer_count'),
  }),
  meters: (table: Table): MeterColumns => ({
    ...points(table),
    transformerIds: decodeTexts(table, 'transformer_id'),
    customerClass: decodeTexts(table, 'customer_class'),
  }),
  poles: points,
  switches: (table: Table): SwitchColumns => ({
    ...points(table),
    circuitIds: decodeTexts(table, 'circuit_id'),
    kind: decodeTexts(table, 'kind'),
    isNormallyOpen: decodeFlags(table, 'is_normally_open'),
  }),
  outages: (table: Table): OutageColumns => ({
    ...points(table),
    status: decodeTexts(table, 'status'),
    customersOut: decodeNumbers(table, 'customers_out'),
  }),
} as const;

export type LayerKey = keyof typeof DECODERS;

export type LayerColumns = { [K in LayerKey]: ReturnType<(typeof DECODERS)[K]> };

export function isLayerKey(key: string): key is LayerKey {
  return Object.hasOwn(DECODERS, key);
}
