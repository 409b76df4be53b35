import { numberScale, parseHex, singleColour, UNKNOWN_CLASS, valueScale } from '../../lib/colourScale';
import type { LegendEntry } from '../../lib/colourScale';
import type { LayerColumns, LayerKey } from '../../lib/columns/layers';
import type { LegendItem } from '../../lib/legendItem';
import { LOADING_CLASSES, loadingClass } from '../../lib/loadingClasses';
import type { ColourMode } from '../../lib/mapView';

import type { LayerStates } from './loader';

/** Legend of a layer as it is drawn now; classes that no loaded asset falls in are left out. */
export function legendOf(
  key: string,
  legend: readonly LegendEntry[],
  states: LayerStates,
  mode: ColourMode,
): LegendItem[] {
  const columnsOf = <K extends LayerKey>(layer: K): LayerColumns[K] | null =>
    (states[layer]?.columns) ?? null;
  switch (key) {
    case 'branches': {
      const columns = columnsOf('branches');
      if (mode === 'loading') return loadingItems(columns?.loadingPct, 'line');
      if (mode === 'weather') return loadingItems(columns?.weatherLoadingPct, 'line');
      return itemsPresent(legend, labelsOf(columns?.kv, numberScale(legend)), 'line');
    }
    case 'substations': {
      if (mode !== 'voltage') return [];
      return itemsPresent(legend, labelsOf(columnsOf('substations')?.maxKv, numberScale(legend)), 'dot');
    }
    case 'transformers':
      return loadingItems(columnsOf('transformers')?.latestLoadingPct, 'dot');
    case 'lines': {
      const columns = columnsOf('lines');
      // All sections of a class are as wide as ever here: the legend shows one width.
      if (mode !== 'voltage') {
        const loadings = mode === 'weather' ? columns?.weatherLoadingPct : columns?.circuitLoadingPct;
        return loadingItems(loadings, 'line').map((item) => ({ ...item, widthPx: undefined }));
      }
      return itemsPresent(legend, labelsOf(columns?.lineClass, valueScale(legend)), 'line');
    }
    case 'meters':
      return itemsPresent(legend, labelsOf(columnsOf('meters')?.customerClass, valueScale(legend)), 'dot');
    case 'switches':
      return itemsPresent(legend, labelsOf(columnsOf('switches')?.kind, valueScale(legend)), 'ring');
    case 'crews':
      return crewItems(legend);
    default:
      return legend.map((entry) => itemOf(entry, key === 'circuits' ? 'line' : 'dot'));
  }
}

/** Crews are told apart by how full their mark is. */
function crewItems(legend: readonly LegendEntry[]): LegendItem[] {
  const colour = singleColour(legend);
  const [r, g, b] = colour;
  return [
    { label: 'Available', colour, shape: 'ring' },
    { label: 'Assigned', colour: [Math.round(0.55 * r), Math.round(0.55 * g), Math.round(0.55 * b)], shape: 'dot' },
    { label: 'On site', colour, shape: 'dot' },
    { label: 'Off shift', colour: [138, 153, 168], shape: 'ring' },
  ];
}

function itemOf(entry: LegendEntry, shape: LegendItem['shape']): LegendItem {
  return { label: entry.label, colour: parseHex(entry.color) ?? UNKNOWN_CLASS.colour, shape };
}

function labelsOf<V>(values: ArrayLike<V> | undefined, scale: (value: V) => { label: string }): Set<string> {
  return new Set(Array.from(values ?? [], (value) => scale(value).label));
}

function itemsPresent(
  legend: readonly LegendEntry[],
  present: ReadonlySet<string>,
  shape: LegendItem['shape'],
): LegendItem[] {
  const items = legend.filter((entry) => present.has(entry.label)).map((entry) => itemOf(entry, shape));
  const hasUnknown = present.has(UNKNOWN_CLASS.label) && !legend.some((entry) => entry.label === UNKNOWN_CLASS.label);
  return hasUnknown ? [...items, { ...UNKNOWN_CLASS, shape }] : items;
}

function loadingItems(values: Float64Array | undefined, shape: 'dot' | 'line'): LegendItem[] {
  const present = new Set(Array.from(values ?? [], (pct) => loadingClass(pct).key));
  // The four classes always show: an empty overload class is itself information.
  return LOADING_CLASSES.filter((entry) => entry.key !== 'unknown' || present.has('unknown')).map(
    ({ label, colour, widthPx }) => ({ label, colour, shape, widthPx }),
  );
}
