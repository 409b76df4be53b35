import Box from '@mui/material/Box';
import Tab from '@mui/material/Tab';
import Tabs from '@mui/material/Tabs';
import Typography from '@mui/material/Typography';
import { lazy, Suspense, useEffect, useState } from 'react';
import type { MouseEvent } from 'react';

import { AssistantButton, panelState } from '../features/assistant';
import { DataAge, HealthIndicator } from '../features/health';
import { UserMenu } from '../features/session';
import { navigate, usePath, useSearchString } from '../lib/location';
import { decodeMapView, encodeMapView, sharedView, withMapView } from '../lib/mapView';
import { useStore } from '../lib/store';
import { ErrorBoundary } from '../ui/ErrorBoundary';
import { EmptyState, LoadingState } from '../ui/StateMessage';

import { movedTo, routeOf, WORKSPACES } from './routes';
import type { Route, Workspace, WorkspaceKey } from './routes';
import { useSite } from './site';

const MapWorkspaces = lazy(() => import('./MapWorkspaces').then((module) => ({ default: module.MapWorkspaces })));
const AssistantPane = lazy(() => import('./AssistantPane').then((module) => ({ default: module.AssistantPane })));
const AmiPage = lazy(() => import('./AmiPage').then((module) => ({ default: module.AmiPage })));
const AssetsPage = lazy(() => import('./AssetsPage').then((module) => ({ default: module.AssetsPage })));
const RunsPage = lazy(() => import('./RunsPage').then((module) => ({ default: module.RunsPage })));
const DataPage = lazy(() => import('./DataPage').then((module) => ({ default: module.DataPage })));

const HEADER_PX = 48;
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

  const go = (workspace: Workspace) => (event: MouseEvent) => {
    event.preventDefault();
    navigate(targetOf(workspace));
  };

  return (
    <Box sx={{ height: '100%', display: 'flex', flexDirection: 'column' }}>
      <Box
        component="header"
        sx={{
          height: HEADER_PX,
          flexShrink: 0,
          display: 'flex',
          alignItems: 'center',
          gap: { xs: 1, md: 2 },
          px: 2,
          borderBottom: 1,
          borderColor: 'divider',
          bgcolor: 'background.paper',
        }}
      >
        <Box sx={{ display: 'flex', alignItems: 'baseline', gap: 1.25, minWidth: 0 }}>
          <Typography variant="h2" component="h1" noWrap>
            Flux Operations Center
          </Typography>
          <Typography variant="caption" color="textSecondary" noWrap data-testid="territory" sx={{ minWidth: 64, display: { xs: 'none', md: 'inline' } }}>
            {site?.territoryName ?? ''}
          </Typography>
        </Box>
        <Tabs
          component="nav"
          value={route.workspace === 'unknown' ? false : route.workspace}
          aria-label="Workspaces"
          variant="scrollable"
          scrollButtons={false}
          sx={{ minHeight: HEADER_PX, '& .MuiTab-root': { minHeight: HEADER_PX, py: 0, minWidth: 72 } }}
        >
          {WORKSPACES.map((workspace) => (
            <Tab
              key={workspace.key}
              label={workspace.label}
              value={workspace.key}
              component="a"
              href={targetOf(workspace)}
              onClick={go(workspace)}
            />
          ))}
        </Tabs>
        <Box sx={{ flex: 1 }} />
        <AssistantButton />
        <DataAge />
        <HealthIndicator />
        <UserMenu onLoggedOut={onLoggedOut} />
      </Box>
      <Box sx={{ flex: 1, minHeight: 0, display: 'flex', position: 'relative' }}>
        <Box component="main" sx={{ flex: 1, minWidth: 0, position: 'relative' }}>
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
    </Box>
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
    if (key === 'outages') return path + withMapView(kept, decodeMapView(last.map));
    if (key !== 'cascade') return path + kept;
    const { run, wave, vulnerability } = decodeMapView(kept);
    return path + encodeMapView({ ...decodeMapView(last.map), run, wave, vulnerability });
  };
}

function isOnMap(route: Route): boolean {
  return route.workspace === 'operations' || route.workspace === 'outages' || (route.workspace === 'cascade' && route.page === 'map');
}

/** A page that failed is tried anew on another page; the map is one page in all its workspaces, a part of the data with any choice. */
function boundaryOf(route: Route): string {
  if (isOnMap(route)) return 'map';
  return route.workspace === 'data' ? `data ${route.part}` : JSON.stringify(route);
}

function Page({ route, site, mapAddress }: { route: Route; site: ReturnType<typeof useSite>; mapAddress: string }) {
  if (route.workspace === 'operations' || route.workspace === 'outages' || (route.workspace === 'cascade' && route.page === 'map')) {
    return site === null ? (
      <LoadingState label="Loading the site's settings" minHeight={320} />
    ) : (
      <MapWorkspaces site={site} workspace={route.workspace} />
    );
  }
  switch (route.workspace) {
    case 'ami':
      return site === null ? (
        <LoadingState label="Loading the site's settings" minHeight={320} />
      ) : (
        <AmiPage timeZone={site.timeZone} mapAddress={mapAddress} />
      );
    case 'assets':
      return <AssetsPage assetId={route.assetId} timeZone={site?.timeZone} />;
    case 'cascade':
      return <RunsPage timeZone={site?.timeZone} />;
    case 'data':
      return <DataPage part={route.part} id={route.id} timeZone={site?.timeZone} />;
    case 'unknown':
      return <EmptyState title="There is no such page" detail="Choose a workspace above." />;
  }
}
