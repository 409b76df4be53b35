import { createContext, use } from 'react';

import type { DrawStyle, LayerStates } from '../../features/layers';
import type { Lines } from '../../lib/draw/lines';
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
  style: DrawStyle;
  /** Select an asset and show its card. */
  select: (assetId: string) => void;
  /** Go to an asset; without a place only if it is drawn. */
  flyTo: (assetId: string, at: { lon: number; lat: number } | null) => void;
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
