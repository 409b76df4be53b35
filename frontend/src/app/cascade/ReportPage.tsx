import Box from '@mui/material/Box';
import { ThemeProvider } from '@mui/material/styles';
import { useQuery } from 'urql';

import { useCascadeRun } from '../../features/cascade';
import { RunReport } from '../../features/cascade/pages';
import { ViewerQuery } from '../../features/session';
import { useSearchString } from '../../lib/location';
import { decodeMapView, DEFAULT_VIEW, encodeMapView } from '../../lib/mapView';
import { EmptyState } from '../../ui/StateMessage';
import { themeOf } from '../../ui/theme';

import { useGrid } from './useGrid';

const PAPER = themeOf('light');

/** A run as a report; light in any theme, since it is for paper. */
export function ReportPage({ timeZone }: { timeZone: string }) {
  const { run } = decodeMapView(useSearchString());
  const state = useCascadeRun(run);
  const { branches, substations } = useGrid();
  const [{ data }] = useQuery({ query: ViewerQuery });
  return (
    <ThemeProvider theme={PAPER}>
      <Box sx={{ height: '100%', overflow: 'auto', bgcolor: 'background.paper', color: 'text.primary', '@media print': { height: 'auto', overflow: 'visible' } }}>
        {run === null ? (
          <EmptyState title="No run is named" detail="Open the report from a run." />
        ) : (
          <RunReport
            state={state}
            branches={branches}
            substations={substations}
            timeZone={timeZone}
            canExplain={data?.viewer.permissions.includes('cascade.add_decisionstudy') ?? false}
            backTo={`/cascade${encodeMapView({ ...DEFAULT_VIEW, run })}`}
          />
        )}
      </Box>
    </ThemeProvider>
  );
}
