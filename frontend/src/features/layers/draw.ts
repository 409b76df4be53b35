import type { Layer } from '@deck.gl/core';

import type { LayerKey } from '../../lib/columns/layers';
import { faded } from '../../lib/draw/faded';

import {
  lineLayers,
  meterLayers,
  outageLayers,
  poleLayers,
  switchLayers,
  transformerLayers,
} from './builders/distribution';
import { branchLayers, substationLayers } from './builders/transmission';
import type { DrawStyle } from './builders/transmission';
import type { LayerStates } from './loader';

type Builder = (states: LayerStates, style: DrawStyle) => Layer[];

function builder<K extends LayerKey>(
  key: K,
  build: (columns: NonNullable<NonNullable<LayerStates[K]>['columns']>, style: DrawStyle) => Layer[],
): readonly [K, Builder] {
  return [
    key,
    (states, style) => {
      const columns = states[key]?.columns;
      return columns === null || columns === undefined ? [] : build(columns, style);
    },
  ];
}

/** From the bottom up: what is drawn later lies on top. */
const DRAW_ORDER: readonly (readonly [LayerKey, Builder])[] = [
  builder('lines', lineLayers),
  builder('branches', branchLayers),
  builder('poles', poleLayers),
  builder('meters', meterLayers),
  builder('transformers', transformerLayers),
  builder('switches', switchLayers),
  builder('substations', substationLayers),
  builder('outages', outageLayers),
];

/** deck.gl layers for all loaded data; `except` names layers that something else draws, opacities are in percent. */
export function drawLayers(
  states: LayerStates,
  style: DrawStyle,
  except: ReadonlySet<LayerKey> = new Set(),
  opacity: Readonly<Record<string, number>> = {},
): Layer[] {
  return DRAW_ORDER.flatMap(([key, build]) => {
    if (except.has(key)) return [];
    return build(states, style).map((layer) => faded(layer, (opacity[key] ?? 100) / 100));
  });
}
