import { createStore } from './store';

/** Takes a picture of the map as it is drawn now, as the address of a PNG. */
export interface MapCamera {
  take: () => Promise<string>;
}

/** Of the map on the page; null: there is none. */
export const mapCamera = createStore<MapCamera | null>(null);
