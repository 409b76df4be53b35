import Box from '@mui/material/Box';
import { useCallback, useMemo } from 'react';
import { useQuery } from 'urql';

import { OrderOf, useCrews } from '../../features/outages';
import { ViewerQuery } from '../../features/session';
import {
  AssessButton,
  CycleView,
  GrowthView,
  MapBar,
  markAt,
  patchAddress,
  SpansView,
  TreesView,
  useSettledBounds,
  useVegetationAddress,
  useVegetationMap,
  WorkView,
} from '../../features/vegetation';
import type { VegetationTab } from '../../features/vegetation';
import { NoticeBar } from '../../ui/NoticeBar';
import { EmptyState, LoadingState } from '../../ui/StateMessage';
import { useOverlay, useStage } from '../stage/context';
import type { Overlay } from '../stage/overlays';

import { AssetPanel } from './AssetPanel';
import { SidePanel } from './SidePanel';

const TABS: readonly { key: VegetationTab; label: string; name: string; permission: string | null }[] = [
  { key: 'spans', label: 'Spans', name: 'The spans', permission: 'grid.view_treerisk' },
  { key: 'trees', label: 'Trees', name: 'The trees', permission: 'grid.view_treerisk' },
  { key: 'work', label: 'Work', name: 'The work packages', permission: 'grid.view_vegetationworkpackage' },
  { key: 'growth', label: 'Growth', name: 'The outlook', permission: 'grid.view_treerisk' },
  { key: 'cycle', label: 'Cycle', name: 'The trimming cycles', permission: 'grid.view_treerisk' },
  { key: 'asset', label: 'Asset', name: 'The asset card', permission: null },
];
const WIDTH = 'clamp(400px, 46vw, 660px)';
/** A click may miss a mark by so much, pixels. */
const NEAR_PX = 9;

/** What was selected on the map or found is shown on its card. */
export function showAssetOfVegetation(): void {
  patchAddress({ tab: 'asset' });
}

/** Trees near lines: spans and trees by risk, the work, and what growth and the trimming cycle mean. */
export function VegetationPanel() {
  const { site, view, area, style, select, flyTo } = useStage();
  const bounds = useSettledBounds(area?.bounds ?? null);
  const [{ data }] = useQuery({ query: ViewerQuery });
  const [address, patch] = useVegetationAddress();
  const permissions = useMemo(() => new Set(data?.viewer.permissions ?? []), [data]);
  const canSee = permissions.has('grid.view_treerisk');
  const { zoom, placement } = style;
  const drawing = useMemo(() => ({ zoom, placement }), [zoom, placement]);
  const map = useVegetationMap(address, canSee ? bounds : null, drawing);
  const { above, below, isPending, marks, summary, problem, highest } = map;
  useOverlay(
    'vegetation',
    useMemo(
      (): Overlay | null =>
        canSee
          ? {
              above,
              below,
              isPending,
              onPick: (_hit, at) => {
                const found = marks.ids[markAt(marks, at, NEAR_PX)];
                if (found === undefined) return false;
                patch({ tab: 'trees', tree: found });
                return true;
              },
              bottom: <MapBar address={address} onChange={patch} map={{ summary, problem, highest, isPending }} />,
            }
          : null,
      [canSee, above, below, isPending, marks, patch, address, summary, problem, highest],
    ),
  );
  const crews = useCrews(!permissions.has('grid.view_crew') || address.tab !== 'work');
  const showAsset = useCallback(
    (assetId: string) => {
      select(assetId);
      flyTo(assetId, null);
    },
    [select, flyTo],
  );
  if (data === undefined) {
    return (
      <SidePanel tabs={TABS} tab="spans" onTab={() => undefined} width={WIDTH}>
        <LoadingState label="Loading the account" />
      </SidePanel>
    );
  }
  const tabs = TABS.filter(({ permission }) => permission === null || permissions.has(permission));
  const tab = tabs.find(({ key }) => key === address.tab)?.key ?? tabs[0]?.key ?? 'asset';
  const shared = { address, onChange: patch, bounds };
  return (
    <SidePanel tabs={tabs} tab={tab} width={WIDTH} onTab={(next) => patch({ tab: tabs.find(({ key }) => key === next)?.key ?? 'spans' })}>
      <NoticeBar />
      {!canSee && tab !== 'asset' && <EmptyState title="Your account may not see the risk of trees" />}
      {tab === 'asset' && <AssetPanel key={view.selected} />}
      {tab === 'spans' && canSee && <SpansView {...shared} onLocate={flyTo} onAsset={showAsset} />}
      {tab === 'trees' && canSee && (
        <TreesView {...shared} permissions={permissions} timeZone={site.timeZone} onLocate={flyTo} onAsset={showAsset} />
      )}
      {tab === 'work' && (
        <WorkView
          address={address}
          onChange={patch}
          permissions={permissions}
          timeZone={site.timeZone}
          onLocate={flyTo}
          orderOf={(workOrderId) =>
            permissions.has('grid.view_workorder') ? (
              <OrderOf
                workOrderId={workOrderId}
                canChange={permissions.has('grid.change_workorder')}
                crews={crews.rows}
                timeZone={site.timeZone}
              />
            ) : (
              `Order ${workOrderId}`
            )
          }
        />
      )}
      {tab === 'growth' && canSee && <GrowthView {...shared} />}
      {tab === 'cycle' && canSee && <CycleView {...shared} />}
      {permissions.has('grid.change_synclayer') && tab !== 'asset' && (
        <Box sx={{ mt: 2, textAlign: 'right' }}>
          <AssessButton />
        </Box>
      )}
    </SidePanel>
  );
}
