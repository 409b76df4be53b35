import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';

import { RunsTable } from '../features/cascade/list';
import { navigate } from '../lib/location';
import { DEFAULT_VIEW, encodeMapView } from '../lib/mapView';
import { ErrorBoundary } from '../ui/ErrorBoundary';

/** All cascade runs; opening one shows it on the map. */
export function RunsPage({ timeZone }: { timeZone: string | undefined }) {
  const openMap = (run: string | null): void => navigate(`/cascade${encodeMapView({ ...DEFAULT_VIEW, run })}`);
  return (
    <Box sx={{ height: '100%', overflow: 'auto', p: 2 }}>
      <Box sx={{ display: 'flex', alignItems: 'center', mb: 1 }}>
        <Typography variant="h1" component="h2" sx={{ flex: 1 }}>
          Cascade runs
        </Typography>
        <Button variant="outlined" onClick={() => openMap(null)}>
          New run on the map
        </Button>
      </Box>
      <ErrorBoundary name="The list of runs">
        <RunsTable timeZone={timeZone} onOpen={openMap} onNew={() => openMap(null)} />
      </ErrorBoundary>
    </Box>
  );
}
