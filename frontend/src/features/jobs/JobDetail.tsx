import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import IconButton from '@mui/material/IconButton';
import Typography from '@mui/material/Typography';
import { useQuery } from 'urql';

import { formatInstant, formatNumber, humanize } from '../../lib/format';
import { problemOf } from '../../lib/graphql/errors';
import { JobQuery } from '../../lib/jobs/queries';
import { isFinished } from '../../lib/jobs/status';
import { useJobUpdates } from '../../lib/jobs/useJobUpdates';
import { FactList } from '../../ui/FactList';
import { JobProgress } from '../../ui/JobProgress';
import { EmptyState, ErrorState, LoadingState } from '../../ui/StateMessage';
import { CloseIcon } from '../../ui/icons';

interface Props {
  jobId: string;
  onClose: () => void;
  timeZone: string | undefined;
}

/** One job: progress, numbers of the outcome, error and log; with a way to cancel it. */
export function JobDetail({ jobId, onClose, timeZone }: Props) {
  const [{ data, error, fetching }, refetch] = useQuery({
    query: JobQuery,
    variables: { id: jobId },
    requestPolicy: 'cache-and-network',
  });
  const job = data?.job ?? null;
  useJobUpdates(jobId, job !== null && !isFinished(job.status));
  if (job === null) {
    if (fetching) return <LoadingState label="Loading the job" minHeight={240} />;
    if (error !== undefined) return <ErrorState title="The job could not be loaded" detail={problemOf(error).message} onRetry={refetch} />;
    return <EmptyState title="There is no such job" detail="It does not exist, or your account may not see it." />;
  }
  return (
    <Box component="article" aria-label={`Job ${job.title}`} data-testid="job-detail">
      <Box sx={{ display: 'flex', gap: 1 }}>
        <Typography variant="h2" sx={{ flex: 1, overflowWrap: 'anywhere' }}>
          {job.title}
        </Typography>
        <IconButton aria-label="Close" onClick={onClose}>
          <CloseIcon fontSize="small" />
        </IconButton>
      </Box>
      <JobProgress job={job} />
      {job.status === 'FAILED' && (
        <Alert severity="error" variant="outlined" sx={{ my: 1 }} data-code={job.errorCode}>
          {job.errorMessage || 'The server gave no reason.'}
        </Alert>
      )}
      <Box sx={{ mt: 1 }}>
        <FactList
          facts={[
            { label: 'Kind', value: job.kind },
            { label: 'Started by', value: job.owner ?? 'schedule' },
            { label: 'Created', value: formatInstant(job.createdAt, timeZone) },
            { label: 'Begun', value: formatInstant(job.startedAt, timeZone) },
            { label: 'Finished', value: formatInstant(job.finishedAt, timeZone) },
            ...Object.entries(job.counts).map(([name, value]) => ({ label: humanize(name), value: countText(value) })),
          ]}
        />
      </Box>
      <Typography variant="h3" component="h3" color="textSecondary" sx={{ mt: 1.5, mb: 0.5 }}>
        Log, times in UTC
      </Typography>
      <Box
        component="pre"
        tabIndex={0}
        aria-label="Log of the job"
        data-testid="job-log"
        sx={{
          m: 0,
          p: 1,
          bgcolor: 'background.default',
          border: 1,
          borderColor: 'divider',
          fontSize: '0.75rem',
          maxHeight: 360,
          overflow: 'auto',
          whiteSpace: 'pre-wrap',
          overflowWrap: 'anywhere',
        }}
      >
        {job.log === '' ? 'Nothing has been logged yet.' : job.log}
      </Box>
    </Box>
  );
}

function countText(value: unknown): string {
  if (typeof value === 'number') return formatNumber(value, Number.isInteger(value) ? 0 : 2);
  return typeof value === 'string' ? value : JSON.stringify(value);
}
