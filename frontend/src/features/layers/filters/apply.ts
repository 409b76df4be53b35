import type { LegendEntry } from '../../../lib/colourScale';
import { isLayerKey } from '../../../lib/columns/layers';
import type { LayerColumns, LayerKey } from '../../../lib/columns/layers';
import { takeRows } from '../../../lib/columns/subset';
import type { LayerFilters } from '../../../lib/layerDisplay';
import type { TileFilter } from '../../../lib/tiles/spec';
import type { LayerState, LayerStates } from '../loader';

import { classifier, FILTER_FIELDS, FILTERS_AT_FIRST, lowerBounds, nameOf, readColumn, UNKNOWN_KEY } from './fields';
import type { FilterField } from './fields';

export type Legends = Readonly<Record<string, readonly LegendEntry[]>>;

/** The filters in force: those chosen, and else what is chosen at first. */
export function filtersInForce(filters: LayerFilters): LayerFilters {
  return { ...FILTERS_AT_FIRST, ...filters };
}

/** Whether some rows of a layer may be filtered out. */
export function hasFilter(layer: string, filters: LayerFilters): boolean {
  return FILTER_FIELDS.some(
    (field) => filters[nameOf(field)] !== undefined && (field.layer === layer || (isLayerKey(layer) && field.columns?.[layer] !== undefined)),
  );
}

interface Active {
  field: FilterField;
  chosen: readonly string[];
}

function activeFor(layer: LayerKey, filters: LayerFilters): Active[] {
  return FILTER_FIELDS.flatMap((field) => {
    const chosen = filters[nameOf(field)];
    return chosen === undefined || field.columns?.[layer] === undefined ? [] : [{ field, chosen }];
  });
}

const filtered = new WeakMap<object, { by: string; state: object }>();

/** The states of the layers with the rows that the filters leave; what no filter is for stays the same object. */
export function filterStates(states: LayerStates, filters: LayerFilters, legends: Legends): LayerStates {
  if (Object.keys(filters).length === 0) return states;
  const out: Record<string, unknown> = { ...states };
  for (const key of Object.keys(states)) {
    if (isLayerKey(key)) out[key] = filterState(key, states[key], activeFor(key, filters), legends[key] ?? []);
  }
  return out;
}

function filterState<K extends LayerKey>(
  key: K,
  state: LayerState<K> | undefined,
  active: readonly Active[],
  legend: readonly LegendEntry[],
): LayerState<K> | undefined {
  if (state?.columns == null || active.length === 0) return state;
  const by = JSON.stringify([active.map(({ field, chosen }) => [nameOf(field), chosen]), legend]);
  const kept = filtered.get(state);
  if (kept?.by === by) return kept.state as LayerState<K>;
  const result: LayerState<K> = { ...state, columns: takeRows<K>(state.columns, rowsLeft(key, state.columns, active, legend)) };
  filtered.set(state, { by, state: result });
  return result;
}

function rowsLeft<K extends LayerKey>(
  key: K,
  columns: LayerColumns[K],
  active: readonly Active[],
  legend: readonly LegendEntry[],
): number[] {
  const tests = active.flatMap(({ field, chosen }) => {
    const values = readColumn(field, key, columns);
    const classOf = classifier(field, legend);
    return values === undefined ? [] : [(i: number) => chosen.includes(classOf(values[i]))];
  });
  return columns.ids.flatMap((_, i) => (tests.every((isLeft) => isLeft(i)) ? [i] : []));
}

/** The same for the features of a layer's tiles: what MapLibre shall draw of the rows; null: all. */
export function tileFilter(layer: string, filters: LayerFilters, legend: readonly LegendEntry[]): TileFilter | null {
  const parts = FILTER_FIELDS.flatMap((field) => {
    const chosen = field.layer === layer && field.columns === undefined ? filters[nameOf(field)] : undefined;
    return chosen === undefined ? [] : [ofClasses(field.field, chosen, legend)];
  });
  return parts.length === 0 ? null : (['all', ...parts] as TileFilter);
}

function ofClasses(property: string, chosen: readonly string[], legend: readonly LegendEntry[]): TileFilter {
  const bounds = lowerBounds(legend);
  const value = ['get', property];
  if (bounds.length === 0) {
    const others = legend.flatMap((entry) => (typeof entry.value === 'string' ? [entry.value] : []));
    const own = ['in', ['coalesce', value, ''], ['literal', [...chosen]]];
    // What the legend does not name is its last class.
    const rest = ['!', ['in', ['coalesce', value, ''], ['literal', others]]];
    return (chosen.includes(UNKNOWN_KEY) ? ['any', own, rest] : own) as TileFilter;
  }
  const isNumber = ['==', ['typeof', value], 'number'];
  const ranges = bounds.flatMap((bound, i) => {
    if (!chosen.includes(String(bound))) return [];
    const next = bounds[i + 1];
    const number = ['to-number', value];
    return [['all', isNumber, ['>=', number, bound], ...(next === undefined ? [] : [['<', number, next]])]];
  });
  return ['any', ...ranges, ...(chosen.includes(UNKNOWN_KEY) ? [['!', isNumber]] : [])] as TileFilter;
}
