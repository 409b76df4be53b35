import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { useMemo } from 'react';

import { DataNav, DataSection, labelOfPart, useAccount } from '../features/data';
import type { DataLinks, DataPart } from '../features/data';
import { JobDetail, JobsTable } from '../features/jobs';
import { navigate } from '../lib/location';
import { DEFAULT_VIEW, encodeMapView } from '../lib/mapView';
import { ErrorBoundary } from '../ui/ErrorBoundary';
import { LoadingState } from '../ui/StateMessage';

import { dataPath, jobPath } from './routes';

const DETAIL_PX = 420;
/** Assets that can be chosen on the map. */
const ON_THE_MAP = /^(SUB|BUS|BR|CKT|LINE|SW|POLE|XFMR|MTR|OUT)-/;

const LINKS: DataLinks = {
  part: (part, id) => dataPath(part, id ?? null),
  asset: (assetId) => (ON_THE_MAP.test(assetId) ? `/${encodeMapView({ ...DEFAULT_VIEW, selected: assetId })}` : null),
};

interface Props {
  part: DataPart;
  id: string | null;
  timeZone: string | undefined;
}

/** Jobs and data: links to its parts, and the chosen part. */
export function DataPage({ part, id, timeZone }: Props) {
  const account = useAccount();
  const pathOf = useMemo(() => (each: DataPart) => dataPath(each, null), []);
  return (
    <Box sx={{ height: '100%', display: 'flex' }}>
      <DataNav account={account} current={part} pathOf={pathOf} />
      <Box sx={{ flex: 1, minWidth: 0, display: 'flex', flexDirection: 'column' }}>
        <Typography variant="h1" component="h2" sx={{ px: 2, pt: 2 }}>
          {labelOfPart(part)}
        </Typography>
        <Box sx={{ flex: 1, minHeight: 0 }}>
          {part === 'jobs' ? (
            <Jobs jobId={id} timeZone={timeZone} />
          ) : account === null ? (
            <LoadingState label="Loading what your account may see" minHeight={240} />
          ) : (
            <ErrorBoundary key={part} name={labelOfPart(part)}>
              <DataSection part={part} id={id} account={account} links={LINKS} onOpen={navigate} timeZone={timeZone} />
            </ErrorBoundary>
          )}
        </Box>
      </Box>
    </Box>
  );
}

/** All jobs, and the chosen one beside them. */
function Jobs({ jobId, timeZone }: { jobId: string | null; timeZone: string | undefined }) {
  return (
    <Box sx={{ height: '100%', display: 'flex' }}>
      <Box sx={{ flex: 1, minWidth: 0, overflow: 'auto', p: 2 }}>
        <ErrorBoundary name="The list of jobs">
          <JobsTable selected={jobId} timeZone={timeZone} onSelect={(id) => navigate(jobPath(id))} />
        </ErrorBoundary>
      </Box>
      {jobId !== null && (
        <Box
          component="aside"
          aria-label="Job"
          sx={{ width: DETAIL_PX, flexShrink: 0, overflow: 'auto', p: 2, borderLeft: 1, borderColor: 'divider', bgcolor: 'background.paper' }}
        >
          <ErrorBoundary key={jobId} name="The job">
            <JobDetail jobId={jobId} timeZone={timeZone} onClose={() => navigate(jobPath(null))} />
          </ErrorBoundary>
        </Box>
      )}
    </Box>
  );
}
