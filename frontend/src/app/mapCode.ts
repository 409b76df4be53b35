import { ahead } from '../ui/ahead';

import { isOnMap, routeOf } from './routes';

const map = ahead(() => import('./MapWorkspaces').then((module) => module.MapWorkspaces));

/** The workspaces on the map, with MapLibre and deck.gl. */
export const MapWorkspaces = map.Component;

/** Ask for the code of the map where the address leads to it: before anybody knows who the user is. */
export function loadMapAhead(path: string): void {
  // Whoever shows the map tells that it failed.
  if (isOnMap(routeOf(path))) map.load().catch(() => undefined);
}
