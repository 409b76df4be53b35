import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Chip from '@mui/material/Chip';
import LinearProgress from '@mui/material/LinearProgress';
import MenuItem from '@mui/material/MenuItem';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useCallback, useEffect, useState } from 'react';
import { useQuery, useSubscription } from 'urql';

import { formatDuration, formatInstant, humanize, plural } from '../../lib/format';
import { problemOf } from '../../lib/graphql/errors';
import { linkState } from '../../lib/graphql/subscriptions';
import { JobUpdatesSubscription } from '../../lib/jobs/queries';
import type { JobFields } from '../../lib/jobs/queries';
import { isFinished } from '../../lib/jobs/status';
import { useStore } from '../../lib/store';
import { EmptyState, ErrorState, LoadingState } from '../../ui/StateMessage';
import { statusColour } from '../../ui/jobStatus';
import { useNow } from '../../ui/useNow';
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
  const [cursors, setCursors] = useState<(string | null)[]>([null]);
  const [{ data, error, fetching }, refetch] = useQuery({
    query: JobsQuery,
    variables: {
      first: PAGE,
      after: cursors.at(-1) ?? null,
      filters: status === '' ? null : { status: { exact: status } },
    },
    requestPolicy: 'cache-and-network',
  });
  const refresh = useCallback(() => refetch({ requestPolicy: 'network-only' }), [refetch]);
  useLiveJobs(data?.jobs.edges.map((edge) => edge.node), refresh);
  const connection = data?.jobs;

  return (
    <>
      <Box sx={{ display: 'flex', alignItems: 'center', gap: 1.5, mb: 1 }}>
        <TextField
          select
          label="Status"
          value={status}
          onChange={(event) => {
            setStatus(event.target.value);
            setCursors([null]);
          }}
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
        <Table aria-label="Jobs" data-testid="jobs-table">
          <TableHead>
            <TableRow>
              <TableCell>Job</TableCell>
              <TableCell>Kind</TableCell>
              <TableCell>Status</TableCell>
              <TableCell sx={{ width: 220 }}>Progress</TableCell>
              <TableCell>Created</TableCell>
              <TableCell align="right">Took</TableCell>
              <TableCell>By</TableCell>
            </TableRow>
          </TableHead>
          <TableBody>
            {connection.edges.map(({ node }) => (
              <JobRow key={node.id} job={node} isSelected={node.jobId === selected} onSelect={onSelect} timeZone={timeZone} />
            ))}
          </TableBody>
        </Table>
      )}
      {connection !== undefined && (
        <Box sx={{ display: 'flex', alignItems: 'center', gap: 1, mt: 1 }}>
          <Typography variant="caption" color="textSecondary" sx={{ flex: 1 }}>
            {plural(connection.totalCount, 'job')} in all
          </Typography>
          <Button disabled={cursors.length === 1} onClick={() => setCursors((all) => all.slice(0, -1))}>
            Newer
          </Button>
          <Button
            disabled={!connection.pageInfo.hasNextPage}
            onClick={() => setCursors((all) => [...all, connection.pageInfo.endCursor ?? null])}
          >
            Older
          </Button>
        </Box>
      )}
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

interface RowProps {
  job: JobFields;
  isSelected: boolean;
  onSelect: (jobId: string) => void;
  timeZone: string | undefined;
}

function JobRow({ job, isSelected, onSelect, timeZone }: RowProps) {
  const isActive = !isFinished(job.status);
  return (
    <TableRow hover selected={isSelected}>
      <TableCell>
        <Button onClick={() => onSelect(job.jobId)} aria-pressed={isSelected} sx={{ p: 0, minWidth: 0, textAlign: 'left' }}>
          {job.title}
        </Button>
      </TableCell>
      <TableCell>{job.kind}</TableCell>
      <TableCell>
        <Chip variant="outlined" color={statusColour(job.status)} label={humanize(job.status)} />
      </TableCell>
      <TableCell>
        {isActive ? (
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
        ) : (
          <Typography variant="caption" component="p" noWrap sx={{ maxWidth: 220 }} title={job.errorMessage}>
            {job.status === 'FAILED' ? job.errorMessage : ''}
          </Typography>
        )}
      </TableCell>
      <TableCell>{formatInstant(job.createdAt, timeZone)}</TableCell>
      <TableCell align="right">
        <Took job={job} />
      </TableCell>
      <TableCell>{job.owner ?? 'schedule'}</TableCell>
    </TableRow>
  );
}

function Took({ job }: { job: JobFields }) {
  const now = useNow(1_000);
  if (job.startedAt == null) return formatDuration(null);
  const endMs = job.finishedAt == null ? now : Date.parse(job.finishedAt);
  return formatDuration(Math.max(0, endMs - Date.parse(job.startedAt)));
}
