import { useCallback, useState } from 'react';

import { KpiBar } from '../features/kpis';
import { decodeMapView } from '../lib/mapView';
import { ErrorBoundary } from '../ui/ErrorBoundary';

import type { MapWorkspaceKey } from './routes';
import type { Site } from './site';
import { Stage } from './stage/Stage';
import { CascadePanel } from './workspaces/CascadePanel';
import { OperationsPanel } from './workspaces/OperationsPanel';
import { OutagesPanel, showSelected } from './workspaces/OutagesPanel';

type Tabs = Readonly<Record<Exclude<MapWorkspaceKey, 'outages'>, string>>;

/** The workspaces that are a map and a column beside it. The map stays when one goes from one to another. */
export function MapWorkspaces({ site, workspace }: { site: Site; workspace: MapWorkspaceKey }) {
  const [tabs, setTabs] = useState<Tabs>(firstTabs);
  const [shown, setShown] = useState(workspace);
  const setTab = useCallback((tab: string) => setTabs((before) => ({ ...before, [workspace]: tab })), [workspace]);
  const showAsset = useCallback(() => {
    // Tabs of the outages are in the address.
    if (workspace === 'outages') showSelected(decodeMapView(window.location.search).selected);
    else setTab('asset');
  }, [workspace, setTab]);
  if (shown !== workspace) {
    setShown(workspace);
    // Coming to the lab from elsewhere, one comes for a cascade.
    if (workspace === 'cascade') setTabs({ ...tabs, cascade: tabOfAddress() });
  }
  const tab = workspace === 'outages' ? '' : tabs[workspace];
  return (
    <Stage
      site={site}
      onSelected={showAsset}
      top={
        workspace === 'operations' && (
          <ErrorBoundary name="The key indicators">
            <KpiBar />
          </ErrorBoundary>
        )
      }
    >
      {workspace === 'operations' && <OperationsPanel tab={tab} onTab={setTab} />}
      {workspace === 'outages' && <OutagesPanel />}
      {workspace === 'cascade' && <CascadePanel tab={tab} onTab={setTab} />}
    </Stage>
  );
}

function firstTabs(): Tabs {
  const isSelected = decodeMapView(window.location.search).selected !== null;
  return { operations: isSelected ? 'asset' : 'situation', cascade: tabOfAddress() };
}

function tabOfAddress(): string {
  return decodeMapView(window.location.search).vulnerability === null ? 'cascade' : 'vulnerability';
}
