import { useCallback, useState } from 'react';

import { KpiBar } from '../features/kpis';
import { navigate } from '../lib/location';
import { decodeMapView, withMapView } from '../lib/mapView';
import { ErrorBoundary } from '../ui/ErrorBoundary';

import { mapWish } from './mapWish';
import type { MapWorkspaceKey } from './routes';
import type { Site } from './site';
import { Stage } from './stage/Stage';
import { CascadePanel } from './workspaces/CascadePanel';
import { OperationsPanel } from './workspaces/OperationsPanel';
import { OutagesPanel, showSelected } from './workspaces/OutagesPanel';
import { showAssetOfVegetation, VegetationPanel } from './workspaces/VegetationPanel';

type Tabs = Readonly<Record<Exclude<MapWorkspaceKey, 'outages' | 'vegetation'>, string>>;

/** The workspaces that are a map and a column beside it. The map stays when one goes from one to another. */
export function MapWorkspaces({ site, workspace }: { site: Site; workspace: MapWorkspaceKey }) {
  const [tabs, setTabs] = useState<Tabs>(firstTabs);
  const [shown, setShown] = useState(workspace);
  const setTab = useCallback((tab: string) => setTabs((before) => ({ ...before, [workspace]: tab })), [workspace]);
  const showAsset = useCallback(() => {
    // Tabs of the outages and of vegetation are in the address.
    if (workspace === 'outages') showSelected(decodeMapView(window.location.search).selected);
    else if (workspace === 'vegetation') showAssetOfVegetation();
    else setTab('asset');
  }, [workspace, setTab]);
  if (shown !== workspace) {
    setShown(workspace);
    // Coming to the lab from elsewhere, one comes for a cascade.
    if (workspace === 'cascade') setTabs({ ...tabs, cascade: tabOfAddress() });
  }
  const tab = workspace === 'outages' || workspace === 'vegetation' ? '' : tabs[workspace];
  return (
    <Stage
      site={site}
      onSelected={showAsset}
      top={
        workspace === 'operations' && (
          <ErrorBoundary name="The key indicators">
            <KpiBar timeZone={site.timeZone} onSelect={selectAnywhere} />
          </ErrorBoundary>
        )
      }
    >
      {workspace === 'operations' && <OperationsPanel tab={tab} onTab={setTab} />}
      {workspace === 'outages' && <OutagesPanel />}
      {workspace === 'vegetation' && <VegetationPanel />}
      {workspace === 'cascade' && <CascadePanel tab={tab} onTab={setTab} />}
    </Stage>
  );
}

/** Select an asset and go where it lies; an outage among the outages. */
function selectAnywhere(assetId: string): void {
  if (assetId.startsWith('OUT-')) {
    const { search } = window.location;
    navigate(`/outages${withMapView(search, { ...decodeMapView(search), selected: assetId })}`);
  } else mapWish.set({ assetId, label: '', lon: null, lat: null });
}

function firstTabs(): Tabs {
  const isSelected = decodeMapView(window.location.search).selected !== null;
  return { operations: isSelected ? 'asset' : 'situation', cascade: tabOfAddress() };
}

function tabOfAddress(): string {
  return decodeMapView(window.location.search).vulnerability === null ? 'cascade' : 'vulnerability';
}
