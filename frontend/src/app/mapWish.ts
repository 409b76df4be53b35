import type { AssetRef } from '../features/assistant';
import { createStore } from '../lib/store';

/** The asset that something outside the map page wants shown; the page fulfils the wish and clears it. */
export const mapWish = createStore<MapWish | null>(null);

/** With no asset, `''`, it is a place. */
export interface MapWish extends AssetRef {
  /** How near; usually as near as its kind needs. */
  zoom?: number;
}
