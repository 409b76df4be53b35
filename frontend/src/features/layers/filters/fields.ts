import type { LegendEntry } from '../../../lib/colourScale';
import { FLAG_UNKNOWN } from '../../../lib/columns/decode';
import type { LayerColumns, LayerKey } from '../../../lib/columns/layers';
import { humanize } from '../../../lib/format';
import { LOADING_CLASSES, loadingClass } from '../../../lib/loadingClasses';
import { memoBy } from '../../../lib/memo';

/**
 * By what the layers can be filtered. A field sorts each row into one class; a filter is the classes chosen.
 *
 * LEGEND: the classes of the layer's legend, of numbers or of values. LOADING: the classes of loading against
 * the rating. FLAG: yes or no. VALUES: whatever values the loaded rows have.
 */
export interface FilterField {
  /** The layer it is listed at. */
  layer: string;
  field: string;
  title: string;
  kind: 'LEGEND' | 'LOADING' | 'FLAG' | 'VALUES';
  /** What yes and no mean. */
  words?: { yes: string; no: string };
  /** How to read it of the rows of column layers; none: it is a property of tiles or of crews. */
  columns?: { [K in LayerKey]?: (columns: LayerColumns[K]) => ArrayLike<string | number | null> };
}

/** The values of a field in the rows of a layer; none if the layer has no such. */
export function readColumn<K extends LayerKey>(
  { columns: readers }: FilterField,
  layer: K,
  columns: LayerColumns[K] | null,
): ArrayLike<string | number | null> | undefined {
  return columns === null ? undefined : readers?.[layer]?.(columns);
}

export const UNKNOWN_KEY = 'unknown';

/** Layers whose rows name their circuit. */
const ON_CIRCUITS: FilterField['columns'] = {
  lines: (c) => c.circuitIds,
  transformers: (c) => c.circuitIds,
  switches: (c) => c.circuitIds,
};

export const FILTER_FIELDS: readonly FilterField[] = [
  { layer: 'network', field: 'circuit', title: 'Circuit', kind: 'VALUES', columns: ON_CIRCUITS },
  { layer: 'substations', field: 'kv', title: 'Highest voltage', kind: 'LEGEND', columns: { substations: (c) => c.maxKv } },
  { layer: 'substations', field: 'zone', title: 'Load zone', kind: 'VALUES', columns: { substations: (c) => c.zone } },
  { layer: 'branches', field: 'kv', title: 'Voltage', kind: 'LEGEND', columns: { branches: (c) => c.kv } },
  { layer: 'branches', field: 'loading', title: 'Loading', kind: 'LOADING', columns: { branches: (c) => c.loadingPct } },
  { layer: 'lines', field: 'line_class', title: 'Class', kind: 'LEGEND', columns: { lines: (c) => c.lineClass } },
  {
    layer: 'lines',
    field: 'underground',
    title: 'Built',
    kind: 'FLAG',
    words: { yes: 'underground', no: 'overhead' },
    columns: { lines: (c) => c.isUnderground },
  },
  { layer: 'lines', field: 'loading', title: 'Loading in the weather', kind: 'LOADING', columns: { lines: (c) => c.weatherLoadingPct } },
  {
    layer: 'transformers',
    field: 'loading',
    title: 'Loading in the newest hour',
    kind: 'LOADING',
    columns: { transformers: (c) => c.latestLoadingPct },
  },
  { layer: 'transformers', field: 'peak', title: 'Peak loading', kind: 'LOADING', columns: { transformers: (c) => c.peakLoadingPct } },
  { layer: 'switches', field: 'kind', title: 'Kind', kind: 'LEGEND', columns: { switches: (c) => c.kind } },
  {
    layer: 'switches',
    field: 'open',
    title: 'Normal position',
    kind: 'FLAG',
    words: { yes: 'open', no: 'closed' },
    columns: { switches: (c) => c.isNormallyOpen },
  },
  { layer: 'meters', field: 'customer_class', title: 'Class', kind: 'LEGEND', columns: { meters: (c) => c.customerClass } },
  { layer: 'outages', field: 'status', title: 'Status', kind: 'VALUES', columns: { outages: (c) => c.status } },
  { layer: 'plants', field: 'fuel_type', title: 'Fuel', kind: 'LEGEND' },
  { layer: 'buses', field: 'kv', title: 'Voltage', kind: 'LEGEND' },
  { layer: 'circuits', field: 'loading_pct', title: 'Loading', kind: 'LEGEND' },
  { layer: 'service_areas', field: 'loading_pct', title: 'Loading', kind: 'LEGEND' },
  { layer: 'customers', field: 'customer_class', title: 'Class', kind: 'LEGEND' },
  { layer: 'work_orders', field: 'status', title: 'Status', kind: 'LEGEND' },
  { layer: 'vegetation', field: 'height_m', title: 'Height', kind: 'LEGEND' },
  { layer: 'vegetation_risk', field: 'level', title: 'Level', kind: 'LEGEND' },
  { layer: 'buildings', field: 'building_use', title: 'Use', kind: 'LEGEND' },
  { layer: 'flood_zones', field: 'annual_chance_pct', title: 'Chance in a year', kind: 'LEGEND' },
];

/** What is chosen while nothing else is: of trees near lines only those that matter now. */
export const FILTERS_AT_FIRST: Readonly<Record<string, readonly string[]>> = {
  'vegetation_risk.level': ['CRITICAL', 'HIGH'],
};

export function nameOf(field: FilterField): string {
  return `${field.layer}.${field.field}`;
}

export interface FilterClass {
  key: string;
  label: string;
}

/** Lower bounds of a legend of numbers, rising; empty if it is of values. */
export function lowerBounds(legend: readonly LegendEntry[]): number[] {
  return legend.flatMap(({ minimum }) => (typeof minimum === 'number' ? [minimum] : [])).sort((a, b) => a - b);
}

/** The classes one can choose among; `values` are those of the loaded rows. */
export function classesOf(field: FilterField, legend: readonly LegendEntry[], values: readonly string[]): FilterClass[] {
  switch (field.kind) {
    case 'LOADING':
      return LOADING_CLASSES.map(({ key, label }) => ({ key, label }));
    case 'FLAG':
      return [
        { key: 'yes', label: field.words?.yes ?? 'yes' },
        { key: 'no', label: field.words?.no ?? 'no' },
      ];
    case 'VALUES':
      return values.map((key) => ({ key, label: /^[A-Z_]+$/.test(key) ? humanize(key) : key }));
    case 'LEGEND':
      return legend.map((entry) => ({ key: keyOfEntry(entry), label: entry.label }));
  }
}

export function keyOfEntry({ minimum, value }: LegendEntry): string {
  if (typeof minimum === 'number') return String(minimum);
  return value ?? UNKNOWN_KEY;
}

/** The class of a value of a row. */
export function classifier(field: FilterField, legend: readonly LegendEntry[]): (value: string | number | null | undefined) => string {
  const bounds = lowerBounds(legend);
  const known = new Set(legend.flatMap(({ value }) => (typeof value === 'string' ? [value] : [])));
  return (value) => {
    if (field.kind === 'FLAG') return value === FLAG_UNKNOWN || value == null ? UNKNOWN_KEY : value === 1 ? 'yes' : 'no';
    if (value == null || Number.isNaN(value)) return UNKNOWN_KEY;
    if (field.kind === 'LOADING') return loadingClass(Number(value)).key;
    if (field.kind === 'VALUES') return String(value);
    if (bounds.length === 0) return known.has(String(value)) ? String(value) : UNKNOWN_KEY;
    const reached = bounds.filter((bound) => Number(value) >= bound).at(-1);
    return reached === undefined ? UNKNOWN_KEY : String(reached);
  };
}

/** The values in a list, each once, in order. */
export const valuesIn = memoBy((list: readonly (string | null)[]): string[] =>
  [...new Set(list)].filter((value) => value !== null).sort((a, b) => a.localeCompare(b, 'en', { numeric: true })),
);
