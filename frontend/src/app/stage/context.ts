import { createContext, use } from 'react';
import type { RefObject } from 'react';

import type { DrawStyle, LayerStates, MapLayers } from '../../features/layers';
import type { MapHandle, PointerPosition } from '../../features/map';
import type { Bounds } from '../../lib/boundsGrid';
import type { Lines } from '../../lib/draw/lines';
import type { LegendItem } from '../../lib/legendItem';
import type { MapView } from '../../lib/mapView';
import type { Store } from '../../lib/store';
import type { Site } from '../site';

import { usePublished } from './overlays';
import type { Overlay, Overlays } from './overlays';

/** What the map offers to the workspace beside it. */
export interface StageContext {
  site: Site;
  view: MapView;
  patchView: (change: Partial<MapView>) => void;
  /** Data of the layers that are drawn. */
  states: LayerStates;
  /** What the filters leave of it. */
  shown: LayerStates;
  layers: MapLayers;
  /** What the colours of lines mean, where an overlay gives them. */
  lineLegend: LegendItem[] | null;
  /** What is in view; null before the map is there. */
  area: { zoom: number; bounds: Bounds } | null;
  style: DrawStyle;
  map: RefObject<MapHandle | null>;
  /** Where the pointer is on the map. */
  pointer: Store<PointerPosition | null>;
  /** Select an asset and show its card. */
  select: (assetId: string) => void;
  /** Go to an asset; without a place only if it is drawn. */
  flyTo: (assetId: string, at: { lon: number; lat: number } | null) => void;
  /** Go to a place. */
  goTo: (at: { lon: number; lat: number }, zoom: number) => void;
  /** Show these bounds whole, beside what lies over the map. */
  frameOn: (bounds: Bounds) => void;
  setTraced: (lines: Lines | null) => void;
  overlays: Store<Overlays>;
}

export const StageContext = createContext<StageContext | null>(null);

export function useStage(): StageContext {
  const stage = use(StageContext);
  if (stage === null) throw new Error('There is no map around this component.');
  return stage;
}

/** Draw something on the map while the component lives; null: nothing. Give a memoised overlay. */
export function useOverlay(key: string, overlay: Overlay | null): void {
  usePublished(useStage().overlays, key, overlay);
}
