import Box from '@mui/material/Box';
import { lazy, Suspense, useEffect, useState } from 'react';

import { panelState } from '../features/assistant';
import { navigate, usePath, useSearchString } from '../lib/location';
import { decodeMapView, encodeMapView, sharedView, withMapView } from '../lib/mapView';
import { useStore } from '../lib/store';
import { ErrorBoundary } from '../ui/ErrorBoundary';
import { EmptyState, LoadingState } from '../ui/StateMessage';

import type { OverlaysProps } from './Overlays';
import { dialogs } from './dialogs';
import { Header } from './header/Header';
import { MapWorkspaces } from './mapCode';
import { isOnMap, mapWorkspaceOf, movedTo, routeOf, WORKSPACES } from './routes';
import type { Route, Workspace, WorkspaceKey } from './routes';
import { useSite } from './site';
import { useDefaultView } from './useDefaultView';
import { useShortcuts } from './useShortcuts';

const AssistantPane = lazy(() => import('./AssistantPane').then((module) => ({ default: module.AssistantPane })));
const AmiPage = lazy(() => import('./AmiPage').then((module) => ({ default: module.AmiPage })));
const AssetsPage = lazy(() => import('./AssetsPage').then((module) => ({ default: module.AssetsPage })));
const TopologyPage = lazy(() => import('./TopologyPage').then((module) => ({ default: module.TopologyPage })));
const CascadePages = lazy(() => import('./cascade/CascadePages').then((module) => ({ default: module.CascadePages })));
const DataPage = lazy(() => import('./DataPage').then((module) => ({ default: module.DataPage })));

const Overlays = lazy(() => import('./Overlays').then((module) => ({ default: module.Overlays })));

/** What only watches and waits loads when the page had time to come. */
const OVERLAYS_AFTER_MS = 1_500;
const OPERATIONS: Workspace = WORKSPACES[0];

/** Header, navigation and the current workspace. */
export function Shell({ onLoggedOut }: { onLoggedOut: () => void }) {
  const path = usePath();
  const search = useSearchString();
  const moved = movedTo(path, search);
  useEffect(() => {
    if (moved !== null) navigate(moved, { replace: true });
  }, [moved]);
  const route = routeOf(path);
  const site = useSite();
  const { isOpen: isAssistantOpen } = useStore(panelState);
  const targetOf = useTargets(route, search);

  useShortcuts();
  useDefaultView();

  return (
    <Box data-print="flow" sx={{ height: '100%', display: 'flex', flexDirection: 'column' }}>
      <Header site={site} current={route.workspace} targetOf={targetOf} onLoggedOut={onLoggedOut} />
      <Box data-print="flow" sx={{ flex: 1, minHeight: 0, display: 'flex', position: 'relative' }}>
        <Box component="main" data-print="flow" sx={{ flex: 1, minWidth: 0, position: 'relative' }}>
          <ErrorBoundary key={boundaryOf(route)} name="The page">
            <Suspense fallback={<LoadingState label="Loading the page" minHeight={320} />}>
              <Page route={route} site={site} mapAddress={targetOf(OPERATIONS)} />
            </Suspense>
          </ErrorBoundary>
        </Box>
        {isAssistantOpen && (
          <ErrorBoundary name="The assistant">
            <Suspense fallback={null}>
              <AssistantPane
                workspace={route.workspace}
                isOnMap={isOnMap(route)}
                mapAddress={isOnMap(route) ? path + search : targetOf(OPERATIONS)}
                timeZone={site?.timeZone}
              />
            </Suspense>
          </ErrorBoundary>
        )}
      </Box>
      <LateOverlays site={site} route={route} targetOf={targetOf} />
    </Box>
  );
}

/** Palette, dialogs and notices: loaded a moment after the page, or as soon as one of them is wanted. */
function LateOverlays(props: OverlaysProps) {
  const [isTime, setTime] = useState(false);
  const isWanted = useStore(dialogs) !== null;
  useEffect(() => {
    const timer = setTimeout(() => setTime(true), OVERLAYS_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  if (!isTime && !isWanted) return null;
  return (
    <ErrorBoundary name="Search and notices">
      <Suspense fallback={null}>
        <Overlays {...props} />
      </Suspense>
    </ErrorBoundary>
  );
}

interface Seen {
  /** Where one looked on the map, and at what. */
  map: string;
  /** Query of each workspace as one left it. */
  own: Readonly<Partial<Record<WorkspaceKey, string>>>;
}

/** Addresses of the workspaces: each as one left it, with what one looks at now. */
function useTargets(route: Route, search: string): (workspace: Workspace) => string {
  const [last, setLast] = useState<Seen>({ map: '', own: {} });
  const isMap = isOnMap(route);
  const map = isMap ? encodeMapView(sharedView(decodeMapView(search))) : last.map;
  const isKept = route.workspace !== 'unknown' && (isMap || route.workspace !== 'cascade');
  const own = isKept && last.own[route.workspace] !== search ? { ...last.own, [route.workspace]: search } : last.own;
  if (map !== last.map || own !== last.own) setLast({ map, own });
  return ({ key, path }) => {
    const kept = last.own[key] ?? '';
    if (key === 'operations') return path + last.map;
    if (key === 'outages' || key === 'vegetation') return path + withMapView(kept, decodeMapView(last.map));
    if (key !== 'cascade') return path + kept;
    const { run, wave, vulnerability } = decodeMapView(kept);
    return path + withMapView(kept, { ...decodeMapView(last.map), run, wave, vulnerability });
  };
}

/** A page that failed is tried anew on another page; the map is one page in all its workspaces, a part of the data with any choice. */
function boundaryOf(route: Route): string {
  if (isOnMap(route)) return 'map';
  return route.workspace === 'data' ? `data ${route.part}` : JSON.stringify(route);
}

function Page({ route, site, mapAddress }: { route: Route; site: ReturnType<typeof useSite>; mapAddress: string }) {
  const mapWorkspace = mapWorkspaceOf(route);
  if (mapWorkspace !== null) {
    return site === null ? (
      <LoadingState label="Loading the site's settings" minHeight={320} />
    ) : (
      <MapWorkspaces site={site} workspace={mapWorkspace} />
    );
  }
  switch (route.workspace) {
    case 'ami':
      return site === null ? (
        <LoadingState label="Loading the site's settings" minHeight={320} />
      ) : (
        <AmiPage timeZone={site.timeZone} mapAddress={mapAddress} />
      );
    case 'topology':
      return <TopologyPage timeZone={site?.timeZone} mapAddress={mapAddress} />;
    case 'assets':
      return <AssetsPage assetId={route.assetId} timeZone={site?.timeZone} />;
    case 'cascade':
      return site === null ? (
        <LoadingState label="Loading the site's settings" minHeight={320} />
      ) : (
        <CascadePages page={route.page} site={site} />
      );
    case 'data':
      return <DataPage part={route.part} id={route.id} timeZone={site?.timeZone} />;
    case 'unknown':
      return <EmptyState title="There is no such page" detail="Choose a workspace above." />;
  }
}
