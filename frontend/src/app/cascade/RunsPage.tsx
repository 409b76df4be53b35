import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useState } from 'react';
import { useQuery } from 'urql';

import { RunsTable } from '../../features/cascade/list';
import { ViewerQuery } from '../../features/session';
import { navigate } from '../../lib/location';
import { DEFAULT_VIEW, encodeMapView } from '../../lib/mapView';
import { ErrorBoundary } from '../../ui/ErrorBoundary';

import { LabHeader } from './LabHeader';

/** All cascade runs; opening one shows it on the map. */
export function RunsPage({ timeZone }: { timeZone: string | undefined }) {
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [{ data }] = useQuery({ query: ViewerQuery });
  const openMap = (run: string | null): void => navigate(`/cascade${encodeMapView({ ...DEFAULT_VIEW, run })}`);
  const [a, b] = chosen;
  return (
    <Box sx={{ height: '100%', overflow: 'auto', p: 2 }}>
      <LabHeader title="Cascade runs" path="/cascade/runs">
        <Button
          variant="outlined"
          disabled={a === undefined || b === undefined}
          onClick={() => navigate(`/cascade/compare?a=${encodeURIComponent(a ?? '')}&b=${encodeURIComponent(b ?? '')}`)}
          title={b === undefined ? 'Choose two runs of the list' : undefined}
          data-testid="compare-chosen"
        >
          Compare the chosen two
        </Button>
      </LabHeader>
      <ErrorBoundary name="The list of runs">
        <RunsTable
          timeZone={timeZone}
          canRun={data?.viewer.permissions.includes('cascade.add_cascaderun') ?? false}
          chosen={chosen}
          onChoose={setChosen}
          onOpen={openMap}
          onNew={() => openMap(null)}
        />
      </ErrorBoundary>
    </Box>
  );
}
