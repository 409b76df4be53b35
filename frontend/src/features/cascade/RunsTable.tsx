import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Checkbox from '@mui/material/Checkbox';
import Chip from '@mui/material/Chip';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import { useMutation, useQuery } from 'urql';

import { formatInstant, formatNumber, formatQuantity, humanize, plural } from '../../lib/format';
import { problemOf, problemOfInfo } from '../../lib/graphql/errors';
import { EmptyState, ErrorState, LoadingState } from '../../ui/StateMessage';
import { statusColour } from '../../ui/jobStatus';

import { RunFilters } from './RunFilters';
import { shareOfLoadPct } from './RunSummary';
import { CascadeRunsQuery } from './queries';
import { RepeatRunMutation } from './run/queries';
import { filtersOf, NO_FILTERS, orderingOf } from './runFilters';
import type { Filters } from './runFilters';

const PAGE = 50;

interface Props {
  onOpen: (runId: string) => void;
  onNew: () => void;
  timeZone: string | undefined;
  /** Whether the account may start runs. */
  canRun: boolean;
  /** At most two, to compare. */
  chosen: readonly string[];
  onChoose: (runIds: readonly string[]) => void;
}

/** Cascade runs in the order asked for, those that match. */
export function RunsTable({ onOpen, onNew, timeZone, canRun, chosen, onChoose }: Props) {
  const [filters, setFilters] = useState<Filters>(NO_FILTERS);
  const [cursors, setCursors] = useState<(string | null)[]>([null]);
  const [refusal, setRefusal] = useState<string | null>(null);
  const [, repeat] = useMutation(RepeatRunMutation);
  const after = cursors.at(-1) ?? null;
  const [{ data, error, fetching }, refetch] = useQuery({
    query: CascadeRunsQuery,
    variables: { first: PAGE, after, filters: filtersOf(filters), ordering: orderingOf(filters) },
    requestPolicy: 'cache-and-network',
  });
  const again = async (runId: string): Promise<void> => {
    setRefusal(null);
    const { data: answer, error: failure } = await repeat({ input: { runId } });
    if (failure !== undefined) setRefusal(problemOf(failure).message);
    else if (answer?.repeatCascadeRun.__typename === 'OperationInfo') setRefusal(problemOfInfo(answer.repeatCascadeRun).message);
    else if (answer?.repeatCascadeRun.__typename === 'CascadeRun') onOpen(answer.repeatCascadeRun.runId);
  };
  const choose = (runId: string): void => {
    onChoose(chosen.includes(runId) ? chosen.filter((each) => each !== runId) : [...chosen, runId].slice(-2));
  };
  const connection = data?.cascadeRuns;
  const isFiltered = filtersOf(filters) !== null;
  return (
    <>
      <RunFilters
        filters={filters}
        onFilters={(next) => {
          setFilters(next);
          setCursors([null]);
        }}
      />
      {refusal !== null && (
        <Typography color="error" variant="caption" component="p" role="alert">
          {refusal}
        </Typography>
      )}
      {connection === undefined && error !== undefined && !fetching && <ErrorState title="The runs could not be loaded" detail={problemOf(error).message} onRetry={refetch} />}
      {connection === undefined && (error === undefined || fetching) && <LoadingState label="Loading the runs" minHeight={240} />}
      {connection?.edges.length === 0 && cursors.length === 1 && (
        <EmptyState
          title={isFiltered ? 'No run matches' : 'No cascade has been run yet'}
          detail={isFiltered ? 'Ask for less above.' : 'Choose a substation or a line on the map and fail it.'}
          action={<Button variant="outlined" onClick={onNew}>New run</Button>}
        />
      )}
      {connection !== undefined && connection.edges.length > 0 && (
        <>
          <Table aria-label="Cascade runs" data-testid="runs-table">
            <TableHead>
              <TableRow>
                <TableCell padding="checkbox">
                  <span title="Compare">A, B</span>
                </TableCell>
                <TableCell>Run</TableCell>
                <TableCell>Name</TableCell>
                <TableCell>Status</TableCell>
                <TableCell align="right">Load ×</TableCell>
                <TableCell align="right">Ratings ×</TableCell>
                <TableCell align="right">Lost</TableCell>
                <TableCell align="right">of load</TableCell>
                <TableCell align="right">Customers out</TableCell>
                <TableCell align="right">Tripped</TableCell>
                <TableCell align="right">Waves</TableCell>
                <TableCell>Started</TableCell>
                <TableCell>By</TableCell>
                <TableCell>Again</TableCell>
              </TableRow>
            </TableHead>
            <TableBody>
              {connection.edges.map(({ node }) => (
                <TableRow key={node.id} hover selected={chosen.includes(node.runId)}>
                  <TableCell padding="checkbox">
                    <Checkbox
                      size="small"
                      checked={chosen.includes(node.runId)}
                      disabled={node.job.status !== 'SUCCEEDED'}
                      onChange={() => choose(node.runId)}
                      slotProps={{ input: { 'aria-label': `Compare run ${node.runId}` } }}
                    />
                  </TableCell>
                  <TableCell>{node.runId}</TableCell>
                  <TableCell>
                    <Button onClick={() => onOpen(node.runId)} sx={{ p: 0, minWidth: 0, textAlign: 'left' }} data-testid={`open-run-${node.runId}`}>
                      {node.name}
                    </Button>
                    {node.scenario != null && (
                      <Typography variant="caption" component="p" color="textSecondary">
                        {node.scenario.name}
                      </Typography>
                    )}
                  </TableCell>
                  <TableCell>
                    <Chip variant="outlined" color={statusColour(node.job.status)} label={humanize(node.job.status)} />
                  </TableCell>
                  <TableCell align="right">{formatNumber(node.loadMultiplier, 2)}</TableCell>
                  <TableCell align="right">{formatNumber(node.ratingMultiplier, 2)}</TableCell>
                  <TableCell align="right">{formatQuantity(node.totalShedMw, 'MW', 1)}</TableCell>
                  <TableCell align="right">{formatQuantity(shareOfLoadPct(node.totalShedMw, node.totalLoadMw), '%', 2)}</TableCell>
                  <TableCell align="right">{formatNumber(node.customersOut)}</TableCell>
                  <TableCell align="right">{formatNumber(node.trippedCount)}</TableCell>
                  <TableCell align="right">{formatNumber(node.waveCount)}</TableCell>
                  <TableCell>{formatInstant(node.createdAt, timeZone)}</TableCell>
                  <TableCell>{node.job.owner ?? 'schedule'}</TableCell>
                  <TableCell>
                    <Button disabled={!canRun} title={canRun ? undefined : 'Your account may not start runs'} aria-label={`Repeat run ${node.runId}`} onClick={() => void again(node.runId)} sx={{ py: 0 }}>
                      Repeat
                    </Button>
                  </TableCell>
                </TableRow>
              ))}
            </TableBody>
          </Table>
          <Box sx={{ display: 'flex', alignItems: 'center', gap: 1, mt: 1 }}>
            <Typography variant="caption" color="textSecondary" sx={{ flex: 1 }} role="status">
              {plural(connection.totalCount, 'run')} {isFiltered ? 'match' : 'in all'}
            </Typography>
            <Button disabled={cursors.length === 1} onClick={() => setCursors((all) => all.slice(0, -1))}>
              Before
            </Button>
            <Button disabled={!connection.pageInfo.hasNextPage} onClick={() => setCursors((all) => [...all, connection.pageInfo.endCursor ?? null])}>
              Next
            </Button>
          </Box>
        </>
      )}
    </>
  );
}
