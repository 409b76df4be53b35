import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';

import { JobDetail, JobsTable } from '../features/jobs';
import { navigate } from '../lib/location';
import { ErrorBoundary } from '../ui/ErrorBoundary';

import { jobPath } from './routes';

const DETAIL_PX = 420;

/** All jobs, and the chosen one beside them. */
export function JobsPage({ jobId, timeZone }: { jobId: string | null; timeZone: string | undefined }) {
  return (
    <Box sx={{ height: '100%', display: 'flex' }}>
      <Box sx={{ flex: 1, minWidth: 0, overflow: 'auto', p: 2 }}>
        <Typography variant="h1" component="h2" sx={{ mb: 1.5 }}>
          Jobs
        </Typography>
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
