import { FLAG_UNKNOWN } from '../../lib/columns/decode';
import type { LayerColumns, LayerKey } from '../../lib/columns/layers';
import { rowsById } from '../../lib/columns/rowIndex';
import { formatNumber, formatQuantity, humanize, plural, UNKNOWN } from '../../lib/format';
import type { LabelRow } from '../../lib/labelRow';

import type { LayerStates } from './loader';

/** One drawn asset. */
export interface Hit {
  layer: LayerKey;
  index: number;
  assetId: string;
}

export interface HitDescription {
  title: string;
  kind: string;
  facts: { label: string; value: string }[];
}

type Describe<K extends LayerKey> = (columns: LayerColumns[K], i: number, nameOf: NameOf) => HitDescription;

/** Name of a substation, or its id while its name is not loaded. */
type NameOf = (assetId: string | undefined) => string;

const text = (value: string | null | undefined): string => value ?? UNKNOWN;

function openState(flag: number | undefined): string {
  if (flag === undefined || flag === FLAG_UNKNOWN) return UNKNOWN;
  return flag === 1 ? 'normally open' : 'normally closed';
}

const DESCRIBE: { [K in LayerKey]: Describe<K> } = {
  substations: (c, i) => ({
    title: c.name[i] ?? c.ids[i] ?? '',
    kind: 'Substation',
    facts: [
      { label: 'Highest voltage', value: formatQuantity(c.maxKv[i], 'kV') },
      { label: 'Load', value: formatQuantity(c.loadMw[i], 'MW', 1) },
      { label: 'Generation capacity', value: formatQuantity(c.generationMw[i], 'MW', 1) },
      { label: 'Zone', value: text(c.zone[i]) },
    ],
  }),
  branches: (c, i, nameOf) => ({
    title: `${nameOf(c.fromIds[i])} to ${nameOf(c.toIds[i])}`,
    kind: `Transmission line ${text(c.ids[i])}, ${formatQuantity(c.kv[i], 'kV')}`,
    facts: [
      { label: 'Base flow', value: formatQuantity(c.flowMw[i], 'MW', 1) },
      { label: 'Rating', value: formatQuantity(c.ratingMva[i], 'MVA', 0) },
      { label: 'Loading', value: formatQuantity(c.loadingPct[i], '%', 1) },
      { label: 'Loading in the weather', value: formatQuantity(c.weatherLoadingPct[i], '%', 1) },
    ],
  }),
  lines: (c, i) => ({
    title: c.ids[i] ?? '',
    kind: `Distribution line, ${humanize(c.lineClass[i] ?? 'unknown class').toLowerCase()}`,
    facts: [
      { label: 'Circuit', value: text(c.circuitIds[i]) },
      { label: 'Phases', value: text(c.phases[i]) },
      { label: 'Built', value: builtAs(c.isUnderground[i]) },
      { label: 'Circuit loading', value: formatQuantity(c.circuitLoadingPct[i], '%', 1) },
      { label: 'Circuit loading in the weather', value: formatQuantity(c.weatherLoadingPct[i], '%', 1) },
    ],
  }),
  transformers: (c, i) => ({
    title: c.ids[i] ?? '',
    kind: 'Transformer',
    facts: [
      { label: 'Rating', value: formatQuantity(c.ratedKva[i], 'kVA') },
      { label: 'Latest loading', value: formatQuantity(c.latestLoadingPct[i], '%', 1) },
      { label: 'Peak loading', value: formatQuantity(c.peakLoadingPct[i], '%', 1) },
      { label: 'Customers', value: formatNumber(c.customerCount[i]) },
    ],
  }),
  meters: (c, i) => ({
    title: c.ids[i] ?? '',
    kind: 'Meter',
    facts: [
      { label: 'Class', value: c.customerClass[i] == null ? UNKNOWN : humanize(c.customerClass[i]) },
      { label: 'Transformer', value: text(c.transformerIds[i]) },
    ],
  }),
  poles: (c, i) => ({ title: c.ids[i] ?? '', kind: 'Pole', facts: [] }),
  switches: (c, i) => ({
    title: c.ids[i] ?? '',
    kind: humanize(c.kind[i] ?? 'switch'),
    facts: [
      { label: 'Position', value: openState(c.isNormallyOpen[i]) },
      { label: 'Circuit', value: text(c.circuitIds[i]) },
    ],
  }),
  outages: (c, i) => ({
    title: c.ids[i] ?? '',
    kind: 'Outage',
    facts: [
      { label: 'Status', value: c.status[i] == null ? UNKNOWN : humanize(c.status[i]) },
      { label: 'Without supply', value: Number.isNaN(c.customersOut[i]) ? UNKNOWN : plural(c.customersOut[i] ?? 0, 'customer') },
    ],
  }),
};

function builtAs(flag: number | undefined): string {
  if (flag === undefined || flag === FLAG_UNKNOWN) return UNKNOWN;
  return flag === 1 ? 'underground' : 'overhead';
}

/** What the map data says of an asset, without asking the server; null if its layer was unloaded. */
export function describeHit(states: LayerStates, hit: Hit): HitDescription | null {
  const columns = states[hit.layer]?.columns;
  if (columns?.ids[hit.index] !== hit.assetId) return null;
  const describe = DESCRIBE[hit.layer] as Describe<LayerKey>;
  return describe(columns, hit.index, (id) => substationName(states, id));
}

/** Row of an asset in a loaded layer, or null. */
export function findAsset(states: LayerStates, assetId: string): Hit | null {
  for (const [layer, state] of Object.entries(states) as [LayerKey, { columns: { ids: string[] } | null }][]) {
    const ids = state.columns?.ids;
    if (ids === undefined) continue;
    const row = rowsById(ids).get(assetId);
    if (row !== undefined) return { layer, index: row, assetId };
  }
  return null;
}

function substationName(states: LayerStates, assetId: string | undefined): string {
  if (assetId === undefined) return UNKNOWN;
  const hit = findAsset(states, assetId);
  return (hit?.layer === 'substations' ? states.substations?.columns?.name[hit.index] : null) ?? assetId;
}

/** Where an asset of a loaded layer is: a point, or the middle of a line; null if it is not loaded. */
export function locateAsset(states: LayerStates, assetId: string): { lon: number; lat: number } | null {
  const hit = findAsset(states, assetId);
  if (hit === null) return null;
  if (hit.layer === 'branches') {
    const coords = states.branches?.columns?.coords.subarray(4 * hit.index, 4 * hit.index + 4);
    if (coords === undefined) return null;
    const [fromLon = Number.NaN, fromLat = Number.NaN, toLon = Number.NaN, toLat = Number.NaN] = coords;
    return { lon: (fromLon + toLon) / 2, lat: (fromLat + toLat) / 2 };
  }
  if (hit.layer === 'lines') {
    const paths = states.lines?.columns?.paths;
    if (paths === undefined) return null;
    const middle = Math.floor(((paths.starts[hit.index] ?? 0) + (paths.starts[hit.index + 1] ?? 0)) / 2);
    return { lon: paths.coords[2 * middle] ?? Number.NaN, lat: paths.coords[2 * middle + 1] ?? Number.NaN };
  }
  const columns = states[hit.layer]?.columns;
  if (columns == null) return null;
  return { lon: columns.lon[hit.index] ?? Number.NaN, lat: columns.lat[hit.index] ?? Number.NaN };
}

/** Names of the substations for the map's labels, the highest voltage ranking first. */
export function labelRows(states: LayerStates): LabelRow[] {
  const columns = states.substations?.columns;
  if (columns == null) return [];
  return columns.ids.map((id, i) => ({
    lon: columns.lon[i] ?? Number.NaN,
    lat: columns.lat[i] ?? Number.NaN,
    properties: { name: columns.name[i] ?? id, rank: (columns.maxKv[i] ?? 0) || 0 },
  }));
}
