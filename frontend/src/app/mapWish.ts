import type { AssetRef } from '../features/assistant';
import { createStore } from '../lib/store';

/** The asset that something outside the map page wants shown; the page fulfils the wish and clears it. */
export const mapWish = createStore<AssetRef | null>(null);
