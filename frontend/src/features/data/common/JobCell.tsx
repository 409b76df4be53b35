import Box from '@mui/material/Box';
import Chip from '@mui/material/Chip';
import LinearProgress from '@mui/material/LinearProgress';

import { formatNumber, humanize } from '../../../lib/format';
import type { JobFields } from '../../../lib/jobs/queries';
import { isFinished } from '../../../lib/jobs/status';
import { statusColour } from '../../../ui/jobStatus';

/** State of a job in a table, with how far it is. */
export function JobCell({ job }: { job: JobFields }) {
  return (
    <Box sx={{ minWidth: 110 }}>
      <Chip
        variant="outlined"
        color={statusColour(job.status)}
        label={job.status === 'RUNNING' ? `Running, ${formatNumber(job.progressFrac * 100)}%` : humanize(job.status)}
        title={job.errorMessage === '' ? undefined : job.errorMessage}
      />
      {!isFinished(job.status) && (
        <LinearProgress
          variant={job.status === 'QUEUED' ? 'indeterminate' : 'determinate'}
          value={job.progressFrac * 100}
          aria-label={`Progress of ${job.title}`}
          sx={{ mt: 0.25 }}
        />
      )}
    </Box>
  );
}
