import { useQuery } from 'urql';

import { CommandPalette } from '../features/palette';
import { SavedViewsQuery } from '../features/views/default';
import { navigate } from '../lib/location';
import { decodeMapView, withMapView } from '../lib/mapView';

import { assetAddress } from './assetAddress';
import { commandsOf } from './commands';
import { mapWish } from './mapWish';
import { openAddress } from './openAddress';
import { isOnMap, WORKSPACES } from './routes';
import type { Route, Workspace } from './routes';
import type { Site } from './site';

interface Props {
  site: Site | null;
  route: Route;
  permissions: readonly string[];
  targetOf: (workspace: Workspace) => string;
  onClose: () => void;
}

/** The palette with what this application can go to and do. */
export function Palette({ site, route, permissions, targetOf, onClose }: Props) {
  const [{ data }] = useQuery({ query: SavedViewsQuery, requestPolicy: 'cache-and-network' });
  const onMap = isOnMap(route);
  const mapAddress = onMap ? window.location.pathname + window.location.search : targetOf(WORKSPACES[0]);
  const views = data?.savedViews.map((view) => ({
    id: `view/${view.id}`,
    group: 'Saved views',
    label: view.name,
    detail: view.isMine ? 'Saved view' : `Saved view of ${view.owner}`,
    keywords: 'view',
    run: () => openAddress(view.address),
  }));
  return (
    <CommandPalette
      items={[...commandsOf(permissions, targetOf), ...(views ?? [])]}
      mayFindCustomers={permissions.includes('grid.view_customer')}
      near={site === null ? null : middleOf(site)}
      hrefOf={(target) => assetAddress(target, mapAddress)}
      onAsset={(target) => {
        if (onMap) mapWish.set({ ...target, label: '' });
        else navigate(assetAddress(target, mapAddress));
      }}
      onPlace={({ lat, lng, zoom }) => {
        if (onMap) mapWish.set({ assetId: '', label: '', lon: lng, lat, zoom });
        else navigate(placeAddress(mapAddress, { lng, lat, zoom }));
      }}
      onGo={openAddress}
      onClose={onClose}
    />
  );
}

function middleOf({ homeBounds: [west, south, east, north] }: Site): { lat: number; lng: number } {
  return { lat: (south + north) / 2, lng: (west + east) / 2 };
}

function placeAddress(mapAddress: string, viewport: { lng: number; lat: number; zoom: number }): string {
  const [path = '/', query = ''] = mapAddress.split('?');
  return path + withMapView(query, { ...decodeMapView(query), viewport });
}
