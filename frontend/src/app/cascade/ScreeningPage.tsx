import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { useEffect } from 'react';
import { useQuery } from 'urql';

import { BatchForm, BatchList, BatchView, useNewestBatch } from '../../features/cascade/pages';
import { ViewerQuery } from '../../features/session';
import { navigate, useSearchString } from '../../lib/location';
import { DEFAULT_VIEW, encodeMapView } from '../../lib/mapView';
import { ErrorBoundary } from '../../ui/ErrorBoundary';
import { EmptyState, LoadingState } from '../../ui/StateMessage';

import { LabHeader } from './LabHeader';

const BATCH_ID = /^\d{1,18}$/;

function addressOf(batchId: string): string {
  return `/cascade/screening?batch=${encodeURIComponent(batchId)}`;
}

/** Thousands of cascades at once: start them, and look at what they found. */
export function ScreeningPage({ timeZone }: { timeZone: string }) {
  const asked = new URLSearchParams(useSearchString()).get('batch');
  const batchId = asked !== null && BATCH_ID.test(asked) ? asked : null;
  const newest = useNewestBatch();
  const [{ data }] = useQuery({ query: ViewerQuery });
  const permissions = data?.viewer.permissions ?? [];
  const open = (id: string): void => navigate(addressOf(id));
  // Written down, so that another one that begins meanwhile does not take its place.
  useEffect(() => {
    if (batchId === null && newest != null) navigate(addressOf(newest), { replace: true });
  }, [batchId, newest]);
  return (
    <Box sx={{ height: '100%', overflow: 'auto', p: 2 }}>
      <LabHeader title="Screening" path="/cascade/screening" />
      <Box sx={{ display: 'grid', gridTemplateColumns: '300px minmax(0, 1fr)', gap: 3, alignItems: 'start' }}>
        <Box>
          <Typography variant="h3" component="h3" color="textSecondary" sx={{ mb: 1.5 }}>
            New screening
          </Typography>
          <BatchForm canStart={permissions.includes('cascade.add_cascadebatch')} onStarted={open} />
          <Typography variant="h3" component="h3" color="textSecondary" sx={{ mt: 2, mb: 0.5 }}>
            Screenings
          </Typography>
          <ErrorBoundary name="The list of screenings">
            <BatchList shownId={batchId} timeZone={timeZone} onOpen={open} />
          </ErrorBoundary>
        </Box>
        <ErrorBoundary key={batchId} name="The screening">
          {batchId === null && newest !== null ? (
            <LoadingState label="Opening the newest screening" minHeight={240} />
          ) : batchId === null ? (
            <EmptyState title="No screening is chosen" detail="Start one, or choose one of the list: every loss is simulated and ranked by what it costs." />
          ) : (
            <BatchView
              batchId={batchId}
              canRun={permissions.includes('cascade.add_cascaderun')}
              timeZone={timeZone}
              onOpenRun={(run) => navigate(`/cascade${encodeMapView({ ...DEFAULT_VIEW, run })}`)}
            />
          )}
        </ErrorBoundary>
      </Box>
    </Box>
  );
}
