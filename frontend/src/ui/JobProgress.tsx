import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import LinearProgress from '@mui/material/LinearProgress';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import { useMutation } from 'urql';

import { formatNumber, humanize } from '../lib/format';
import { problemOf, problemOfInfo } from '../lib/graphql/errors';
import { CancelJobMutation } from '../lib/jobs/queries';
import type { JobFields } from '../lib/jobs/queries';
import { isFinished } from '../lib/jobs/status';

/** Status, step and progress of a job, with a way to cancel it while it is unfinished. */
export function JobProgress({ job }: { job: JobFields }) {
  const [{ fetching }, cancel] = useMutation(CancelJobMutation);
  const [refusal, setRefusal] = useState<string | null>(null);
  const isActive = !isFinished(job.status);

  const stop = async (): Promise<void> => {
    const result = await cancel({ jobId: job.jobId });
    if (result.error !== undefined) setRefusal(problemOf(result.error).message);
    else if (result.data?.cancelJob.__typename === 'OperationInfo') {
      setRefusal(problemOfInfo(result.data.cancelJob).message);
    } else setRefusal(null);
  };

  return (
    <Box data-testid="job-progress" data-status={job.status} aria-live="polite">
      <Box sx={{ display: 'flex', alignItems: 'center', gap: 1, minHeight: 30 }}>
        <Typography variant="caption" sx={{ flex: 1, minWidth: 0 }} noWrap title={job.step}>
          <strong>{humanize(job.status)}</strong>
          {isActive && job.step !== '' && ` · ${job.step}`}
        </Typography>
        {isActive && (
          <Button
            variant="outlined"
            color="inherit"
            disabled={fetching || job.isCancelRequested}
            onClick={() => void stop()}
            data-testid="cancel-job"
          >
            {job.isCancelRequested ? 'Cancelling' : 'Cancel'}
          </Button>
        )}
      </Box>
      {isActive && (
        <LinearProgress
          variant={job.status === 'QUEUED' ? 'indeterminate' : 'determinate'}
          value={job.progressFrac * 100}
          aria-label={`Progress of ${job.title}: ${formatNumber(job.progressFrac * 100)}%`}
        />
      )}
      {refusal !== null && (
        <Typography variant="caption" color="error" component="p" role="alert">
          {refusal}
        </Typography>
      )}
    </Box>
  );
}
