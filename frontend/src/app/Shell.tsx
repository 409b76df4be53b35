import Box from '@mui/material/Box';
import Tab from '@mui/material/Tab';
import Tabs from '@mui/material/Tabs';
import Typography from '@mui/material/Typography';
import { lazy, Suspense, useState } from 'react';
import type { MouseEvent } from 'react';

import { DataAge, HealthIndicator } from '../features/health';
import { UserMenu } from '../features/session';
import { navigate, usePath } from '../lib/location';
import { ErrorBoundary } from '../ui/ErrorBoundary';
import { EmptyState, LoadingState } from '../ui/StateMessage';

import { routeOf } from './routes';
import type { Route } from './routes';
import { useSite } from './site';

const MapPage = lazy(() => import('./MapPage').then((module) => ({ default: module.MapPage })));
const RunsPage = lazy(() => import('./RunsPage').then((module) => ({ default: module.RunsPage })));
const JobsPage = lazy(() => import('./JobsPage').then((module) => ({ default: module.JobsPage })));

const HEADER_PX = 48;

/** Header, navigation and the current page. */
export function Shell({ onLoggedOut }: { onLoggedOut: () => void }) {
  const route = routeOf(usePath());
  const site = useSite();
  // The map's last address: coming back from another page shows the same view.
  const [mapSearch, setMapSearch] = useState('');

  const go = (path: string) => (event: MouseEvent) => {
    event.preventDefault();
    if (route.page === 'map') setMapSearch(window.location.search);
    navigate(path);
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
          gap: 2,
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
          <Typography variant="caption" color="text.secondary" noWrap data-testid="territory" sx={{ minWidth: 64 }}>
            {site?.territoryName ?? ''}
          </Typography>
        </Box>
        <Tabs
          component="nav"
          value={route.page === 'unknown' ? false : route.page}
          aria-label="Pages"
          sx={{ minHeight: HEADER_PX, '& .MuiTab-root': { minHeight: HEADER_PX, py: 0, minWidth: 72 } }}
        >
          <Tab label="Map" value="map" component="a" href={`/${mapSearch}`} onClick={go(`/${mapSearch}`)} />
          <Tab label="Runs" value="runs" component="a" href="/runs" onClick={go('/runs')} />
          <Tab label="Jobs" value="jobs" component="a" href="/jobs" onClick={go('/jobs')} />
        </Tabs>
        <Box sx={{ flex: 1 }} />
        <DataAge />
        <HealthIndicator />
        <UserMenu onLoggedOut={onLoggedOut} />
      </Box>
      <Box component="main" sx={{ flex: 1, minHeight: 0, position: 'relative' }}>
        <ErrorBoundary key={route.page} name="The page">
          <Suspense fallback={<LoadingState label="Loading the page" minHeight={320} />}>
            <Page route={route} site={site} />
          </Suspense>
        </ErrorBoundary>
      </Box>
    </Box>
  );
}

function Page({ route, site }: { route: Route; site: ReturnType<typeof useSite> }) {
  switch (route.page) {
    case 'map':
      return site === null ? <LoadingState label="Loading the site's settings" minHeight={320} /> : <MapPage site={site} />;
    case 'runs':
      return <RunsPage timeZone={site?.timeZone} />;
    case 'jobs':
      return <JobsPage jobId={route.jobId} timeZone={site?.timeZone} />;
    case 'unknown':
      return <EmptyState title="There is no such page" detail="Choose a page above." />;
  }
}
