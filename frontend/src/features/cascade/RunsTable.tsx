import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Chip from '@mui/material/Chip';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import { useQuery } from 'urql';

import { formatInstant, formatNumber, formatQuantity, humanize, plural } from '../../lib/format';
import { problemOf } from '../../lib/graphql/errors';
import { EmptyState, ErrorState, LoadingState } from '../../ui/StateMessage';
import { statusColour } from '../../ui/jobStatus';

import { shareOfLoadPct } from './RunSummary';
import { CascadeRunsQuery } from './queries';

const PAGE = 50;

interface Props {
  onOpen: (runId: string) => void;
  onNew: () => void;
  timeZone: string | undefined;
}

/** Cascade runs, newest first. */
export function RunsTable({ onOpen, onNew, timeZone }: Props) {
  const [cursors, setCursors] = useState<(string | null)[]>([null]);
  const after = cursors.at(-1) ?? null;
  const [{ data, error, fetching }, refetch] = useQuery({
    query: CascadeRunsQuery,
    variables: { first: PAGE, after },
    requestPolicy: 'cache-and-network',
  });
  const connection = data?.cascadeRuns;
  if (connection === undefined) {
    if (error !== undefined && !fetching) {
      return <ErrorState title="The runs could not be loaded" detail={problemOf(error).message} onRetry={refetch} />;
    }
    return <LoadingState label="Loading the runs" minHeight={240} />;
  }
  if (connection.edges.length === 0 && cursors.length === 1) {
    return (
      <EmptyState
        title="No cascade has been run yet"
        detail="Choose a substation or a line on the map and fail it."
        action={<Button variant="outlined" onClick={onNew}>New run</Button>}
      />
    );
  }
  return (
    <>
      <Table aria-label="Cascade runs" data-testid="runs-table">
        <TableHead>
          <TableRow>
            <TableCell>Run</TableCell>
            <TableCell>Name</TableCell>
            <TableCell>Status</TableCell>
            <TableCell align="right">Load ×</TableCell>
            <TableCell align="right">Ratings ×</TableCell>
            <TableCell align="right">Lost</TableCell>
            <TableCell align="right">of load</TableCell>
            <TableCell align="right">Tripped</TableCell>
            <TableCell align="right">Waves</TableCell>
            <TableCell>Started</TableCell>
            <TableCell>By</TableCell>
          </TableRow>
        </TableHead>
        <TableBody>
          {connection.edges.map(({ node }) => (
            <TableRow key={node.id} hover>
              <TableCell>{node.runId}</TableCell>
              <TableCell>
                <Button onClick={() => onOpen(node.runId)} sx={{ p: 0, minWidth: 0, textAlign: 'left' }} data-testid={`open-run-${node.runId}`}>
                  {node.name}
                </Button>
              </TableCell>
              <TableCell>
                <Chip variant="outlined" color={statusColour(node.job.status)} label={humanize(node.job.status)} />
              </TableCell>
              <TableCell align="right">{formatNumber(node.loadMultiplier, 2)}</TableCell>
              <TableCell align="right">{formatNumber(node.ratingMultiplier, 2)}</TableCell>
              <TableCell align="right">{formatQuantity(node.totalShedMw, 'MW', 1)}</TableCell>
              <TableCell align="right">{formatQuantity(shareOfLoadPct(node.totalShedMw, node.totalLoadMw), '%', 2)}</TableCell>
              <TableCell align="right">{formatNumber(node.trippedCount)}</TableCell>
              <TableCell align="right">{formatNumber(node.waveCount)}</TableCell>
              <TableCell>{formatInstant(node.createdAt, timeZone)}</TableCell>
              <TableCell>{node.job.owner ?? 'schedule'}</TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
      <Box sx={{ display: 'flex', alignItems: 'center', gap: 1, mt: 1 }}>
        <Typography variant="caption" color="textSecondary" sx={{ flex: 1 }}>
          {plural(connection.totalCount, 'run')} in all
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
    </>
  );
}
