import { decodeMapView } from '../lib/mapView';

import type { Route } from './routes';

/** What is before the user, out of the address: only the map selects assets and shows runs. */
export function contextOf(
  workspace: Route['workspace'],
  isOnMap: boolean,
  search: string,
): { assetIds: string[]; runId: string | null; workspace: string } {
  if (!isOnMap) return { assetIds: [], runId: null, workspace };
  const view = decodeMapView(search);
  return { assetIds: view.selected === null ? [] : [view.selected], runId: view.run, workspace };
}
