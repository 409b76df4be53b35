import { lazy, Suspense, useMemo } from 'react';
import { useQuery } from 'urql';

import {
  isOutageId,
  OutagesView,
  patchAddress,
  ReliabilityView,
  selectedOutageLayers,
  useOutageAddress,
  useOutagePlace,
  WorkOrdersView,
} from '../../features/outages';
import type { OutageTab } from '../../features/outages';
import { ViewerQuery } from '../../features/session';
import { EmptyState, LoadingState } from '../../ui/StateMessage';
import { useOverlay, useStage } from '../stage/context';
import type { Overlay } from '../stage/overlays';

import { AssetPanel } from './AssetPanel';
import { SidePanel } from './SidePanel';

const TABS: readonly { key: OutageTab; label: string; name: string; permission?: string }[] = [
  { key: 'outages', label: 'Outages', name: 'The outages' },
  { key: 'orders', label: 'Work orders', name: 'The work orders', permission: 'grid.view_workorder' },
  { key: 'reliability', label: 'Reliability', name: 'The reliability' },
  { key: 'replay', label: 'Storm replay', name: 'The storm replay' },
  { key: 'asset', label: 'Asset', name: 'The asset card' },
];
/** A list of five columns and the map side by side, also on a screen of 1,024 px. */
const WIDTH = 'clamp(384px, 46vw, 640px)';

const ReplayPanel = lazy(() => import('./ReplayPanel').then((module) => ({ default: module.ReplayPanel })));

/** What was selected on the map or found is shown: an outage among the outages, all else on its card. */
export function showSelected(assetId: string | null): void {
  patchAddress({ tab: isOutageId(assetId) ? 'outages' : 'asset' });
}

/** Outages with their steps, crews, work orders, and the reliability of a period. */
export function OutagesPanel() {
  const { site, view, patchView, style, select, flyTo } = useStage();
  const [{ data }] = useQuery({ query: ViewerQuery });
  const [address, patch] = useOutageAddress();
  const permissions = useMemo(() => new Set(data?.viewer.permissions ?? []), [data]);
  const place = useOutagePlace(isOutageId(view.selected) ? view.selected : null);
  const { zoom, placement } = style;
  useOverlay(
    'selected-outage',
    useMemo(
      (): Overlay | null => (place === null ? null : { above: selectedOutageLayers(place, { zoom, placement }) }),
      [place, zoom, placement],
    ),
  );
  const selectAndShow = (assetId: string, at: { lon: number; lat: number } | null): void => {
    select(assetId);
    flyTo(assetId, at);
  };
  if (data === undefined) return <SidePanel tabs={TABS} tab="outages" onTab={() => undefined} width={WIDTH}><LoadingState label="Loading the account" /></SidePanel>;
  const tabs = TABS.filter(({ permission }) => permission === undefined || permissions.has(permission));
  const tab = tabs.some(({ key }) => key === address.tab) ? address.tab : 'outages';
  const canSee = permissions.has('grid.view_outage');
  return (
    <SidePanel
      tabs={tabs}
      tab={tab}
      width={WIDTH}
      onTab={(next) => patch({ tab: tabs.find(({ key }) => key === next)?.key ?? 'outages' })}
    >
      {!canSee && tab !== 'asset' && <EmptyState title="Your account may not see outages" />}
      {tab === 'asset' && <AssetPanel />}
      {canSee && tab === 'outages' && (
        <OutagesView
          address={address}
          onChange={patch}
          selected={view.selected}
          permissions={permissions}
          timeZone={site.timeZone}
          onSelect={selectAndShow}
          onClose={() => patchView({ selected: null })}
          onAsset={(assetId) => selectAndShow(assetId, null)}
          onLocate={flyTo}
        />
      )}
      {canSee && tab === 'orders' && (
        <WorkOrdersView
          permissions={permissions}
          timeZone={site.timeZone}
          onOutage={(assetId) => selectAndShow(assetId, null)}
          onLocate={(order) => flyTo(order.targetAssetId, order)}
        />
      )}
      {canSee && tab === 'reliability' && <ReliabilityView address={address} onChange={patch} timeZone={site.timeZone} />}
      {canSee && tab === 'replay' && (
        <Suspense fallback={<LoadingState label="Loading the storm replay" minHeight={240} />}>
          <ReplayPanel
            onOutage={({ outageId, isCached, lon, lat }) => {
              const at = lon == null || lat == null ? null : { lon, lat };
              if (isCached) selectAndShow(outageId, at);
              else flyTo(outageId, at);
            }}
          />
        </Suspense>
      )}
    </SidePanel>
  );
}
