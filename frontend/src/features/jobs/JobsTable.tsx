import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Chip from '@mui/material/Chip';
import LinearProgress from '@mui/material/LinearProgress';
import MenuItem from '@mui/material/MenuItem';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { useQuery, useSubscription } from 'urql';

import { formatDuration, formatInstant, humanize, plural } from '../../lib/format';
import { problemOf } from '../../lib/graphql/errors';
import { linkState } from '../../lib/graphql/subscriptions';
import { JobUpdatesSubscription } from '../../lib/jobs/queries';
import type { JobFields } from '../../lib/jobs/queries';
import { isFinished } from '../../lib/jobs/status';
import { useStore } from '../../lib/store';
import { DataTable } from '../../ui/DataTable';
import type { ShownColumn } from '../../ui/DataTable';
import { Pager } from '../../ui/Pager';
import { EmptyState, ErrorState, LoadingState } from '../../ui/StateMessage';
import { statusColour } from '../../ui/jobStatus';
import { useNow } from '../../ui/useNow';
import { usePaging } from '../../ui/usePaging';
import { usePolling } from '../../ui/usePolling';

import { JobsQuery } from './queries';

const PAGE = 50;
const POLL_MS = 5_000;
const STATUSES = ['QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED'];

interface Props {
  selected: string | null;
  onSelect: (jobId: string) => void;
  timeZone: string | undefined;
}

/** All jobs the account may see, newest first, kept live by subscription. */
export function JobsTable({ selected, onSelect, timeZone }: Props) {
  const [status, setStatus] = useState('');
  const paging = usePaging(status);
  const [{ data, error, fetching }, refetch] = useQuery({
    query: JobsQuery,
    variables: {
      first: PAGE,
      after: paging.after,
      filters: status === '' ? null : { status: { exact: status } },
    },
    requestPolicy: 'cache-and-network',
  });
  const refresh = useCallback(() => refetch({ requestPolicy: 'network-only' }), [refetch]);
  useLiveJobs(data?.jobs.edges.map((edge) => edge.node), refresh);
  const connection = data?.jobs;
  const columns = useMemo(() => jobColumns(selected, onSelect, timeZone), [selected, onSelect, timeZone]);

  return (
    <>
      <Box sx={{ display: 'flex', alignItems: 'center', gap: 1.5, mb: 1 }}>
        <TextField
          select
          label="Status"
          value={status}
          onChange={(event) => setStatus(event.target.value)}
          slotProps={{ inputLabel: { shrink: true }, select: { displayEmpty: true } }}
          sx={{ width: 150 }}
        >
          <MenuItem value="">All</MenuItem>
          {STATUSES.map((each) => (
            <MenuItem key={each} value={each}>
              {humanize(each)}
            </MenuItem>
          ))}
        </TextField>
        <LiveNote />
      </Box>
      {connection === undefined && error !== undefined && !fetching && (
        <ErrorState title="The jobs could not be loaded" detail={problemOf(error).message} onRetry={refresh} />
      )}
      {connection === undefined && (error === undefined || fetching) && <LoadingState label="Loading the jobs" minHeight={240} />}
      {connection?.edges.length === 0 && <EmptyState title={status === '' ? 'No job has been started yet' : 'No job with this status'} />}
      {connection !== undefined && connection.edges.length > 0 && (
        <DataTable
          label="Jobs"
          testId="jobs-table"
          rows={connection.edges.map(({ node }) => node)}
          columns={columns}
          rowKey={({ id }) => id}
          isSelected={({ jobId }) => jobId === selected}
          maxHeightPx={null}
        />
      )}
      {connection !== undefined && <Pager note={`${plural(connection.totalCount, 'job')} in all`} {...paging.steps(connection.pageInfo)} />}
    </>
  );
}

/** Changes of listed jobs arrive in the cache by themselves; a job not listed yet makes the list ask again. */
function useLiveJobs(listed: readonly JobFields[] | undefined, refresh: () => void): void {
  const link = useStore(linkState);
  const [{ data }] = useSubscription({ query: JobUpdatesSubscription, variables: { jobId: null } });
  const newest = data?.jobUpdates.jobId;
  const isListed = newest === undefined || listed === undefined || listed.some((job) => job.jobId === newest);
  useEffect(() => {
    if (!isListed) refresh();
  }, [isListed, newest, refresh]);
  usePolling(
    useCallback(() => {
      if (link !== 'connected') refresh();
    }, [link, refresh]),
    POLL_MS,
  );
}

function LiveNote() {
  const link = useStore(linkState);
  return (
    <Typography variant="caption" color="textSecondary" role="status" data-testid="jobs-live" data-link={link}>
      {link === 'connected' ? 'Live' : 'Live updates are away; the list is asked for every 5 s'}
    </Typography>
  );
}

/** The newest come first; columns do not order them. */
function jobColumns(selected: string | null, onSelect: (jobId: string) => void, timeZone: string | undefined): ShownColumn<JobFields>[] {
  return [
    {
      key: 'job',
      label: 'Job',
      isWrapped: true,
      cell: (job) => (
        <Button onClick={() => onSelect(job.jobId)} aria-pressed={job.jobId === selected} sx={{ p: 0, minWidth: 170, justifyContent: 'flex-start', textAlign: 'left' }}>
          {job.title}
        </Button>
      ),
    },
    { key: 'kind', label: 'Kind', cell: (job) => job.kind },
    { key: 'status', label: 'Status', cell: (job) => <Chip variant="outlined" color={statusColour(job.status)} label={humanize(job.status)} /> },
    { key: 'progress', label: 'Progress', widthPx: 160, cell: (job) => <Progress job={job} /> },
    { key: 'created', label: 'Created', cell: (job) => formatInstant(job.createdAt, timeZone) },
    { key: 'took', label: 'Took', isNumber: true, cell: (job) => <Took job={job} /> },
    { key: 'by', label: 'By', cell: (job) => job.owner ?? 'schedule' },
  ];
}

function Progress({ job }: { job: JobFields }) {
  if (isFinished(job.status)) {
    return (
      <Typography variant="caption" component="p" noWrap sx={{ maxWidth: 220 }} title={job.errorMessage}>
        {job.status === 'FAILED' ? job.errorMessage : ''}
      </Typography>
    );
  }
  return (
    <>
      <LinearProgress
        variant={job.status === 'QUEUED' ? 'indeterminate' : 'determinate'}
        value={job.progressFrac * 100}
        aria-label={`Progress of ${job.title}`}
      />
      <Typography variant="caption" component="p" noWrap sx={{ maxWidth: 220 }}>
        {job.step}
      </Typography>
    </>
  );
}

function Took({ job }: { job: JobFields }) {
  const now = useNow(1_000);
  if (job.startedAt == null) return formatDuration(null);
  const endMs = job.finishedAt == null ? now : Date.parse(job.finishedAt);
  return formatDuration(Math.max(0, endMs - Date.parse(job.startedAt)));
}
