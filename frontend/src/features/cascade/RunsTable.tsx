import Button from '@mui/material/Button';
import Checkbox from '@mui/material/Checkbox';
import Chip from '@mui/material/Chip';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import { useMutation, useQuery } from 'urql';

import type { ResultOf } from '../../gql/graphql';
import { formatInstant, formatNumber, formatQuantity, humanize, plural } from '../../lib/format';
import { problemOf, problemOfInfo } from '../../lib/graphql/errors';
import { DataTable } from '../../ui/DataTable';
import type { ShownColumn } from '../../ui/DataTable';
import { Pager } from '../../ui/Pager';
import { EmptyState, ErrorState, LoadingState } from '../../ui/StateMessage';
import { statusColour } from '../../ui/jobStatus';
import { usePaging } from '../../ui/usePaging';

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
  const asked = { filters: filtersOf(filters), ordering: orderingOf(filters) };
  const paging = usePaging(JSON.stringify(asked));
  const [refusal, setRefusal] = useState<string | null>(null);
  const [, repeat] = useMutation(RepeatRunMutation);
  const [{ data, error, fetching }, refetch] = useQuery({
    query: CascadeRunsQuery,
    variables: { first: PAGE, after: paging.after, ...asked },
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
  const isFiltered = asked.filters !== null;
  const columns = runColumns({ chosen, onChoose: choose, onOpen, onRepeat: (runId) => void again(runId), canRun, timeZone });
  return (
    <>
      <RunFilters filters={filters} onFilters={setFilters} />
      {refusal !== null && (
        <Typography color="error" variant="caption" component="p" role="alert">
          {refusal}
        </Typography>
      )}
      {connection === undefined && error !== undefined && !fetching && <ErrorState title="The runs could not be loaded" detail={problemOf(error).message} onRetry={refetch} />}
      {connection === undefined && (error === undefined || fetching) && <LoadingState label="Loading the runs" minHeight={240} />}
      {connection?.edges.length === 0 && paging.page === 0 && (
        <EmptyState
          title={isFiltered ? 'No run matches' : 'No cascade has been run yet'}
          detail={isFiltered ? 'Ask for less above.' : 'Choose a substation or a line on the map and fail it.'}
          action={<Button variant="outlined" onClick={onNew}>New run</Button>}
        />
      )}
      {connection !== undefined && connection.edges.length > 0 && (
        <>
          <DataTable
            label="Cascade runs"
            testId="runs-table"
            rows={connection.edges.map(({ node }) => node)}
            columns={columns}
            rowKey={({ id }) => id}
            isSelected={({ runId }) => chosen.includes(runId)}
            maxHeightPx={null}
          />
          <Pager note={`${plural(connection.totalCount, 'run')} ${isFiltered ? 'match' : 'in all'}`} {...paging.steps(connection.pageInfo)} />
        </>
      )}
    </>
  );
}

type Run = ResultOf<typeof CascadeRunsQuery>['cascadeRuns']['edges'][number]['node'];

interface ColumnInputs extends Pick<Props, 'chosen' | 'onOpen' | 'canRun' | 'timeZone'> {
  onChoose: (runId: string) => void;
  onRepeat: (runId: string) => void;
}

/** The server orders the runs, so that no column does. */
function runColumns({ chosen, onChoose, onOpen, onRepeat, canRun, timeZone }: ColumnInputs): ShownColumn<Run>[] {
  return [
    {
      key: 'compare',
      label: 'A, B',
      title: 'Compare',
      cell: ({ runId, job }) => (
        <Checkbox
          size="small"
          checked={chosen.includes(runId)}
          disabled={job.status !== 'SUCCEEDED'}
          onChange={() => onChoose(runId)}
          slotProps={{ input: { 'aria-label': `Compare run ${runId}` } }}
          sx={{ p: 0.25 }}
        />
      ),
    },
    { key: 'run', label: 'Run', cell: ({ runId }) => runId },
    {
      key: 'name',
      label: 'Name',
      isWrapped: true,
      cell: ({ runId, name, scenario }) => (
        <>
          <Button onClick={() => onOpen(runId)} sx={{ p: 0, minWidth: 130, justifyContent: 'flex-start', textAlign: 'left' }} data-testid={`open-run-${runId}`}>
            {name}
          </Button>
          {scenario != null && (
            <Typography variant="caption" component="p" color="textSecondary">
              {scenario.name}
            </Typography>
          )}
        </>
      ),
    },
    { key: 'status', label: 'Status', cell: ({ job }) => <Chip variant="outlined" color={statusColour(job.status)} label={humanize(job.status)} /> },
    { key: 'load', label: 'Load ×', isNumber: true, cell: (run) => formatNumber(run.loadMultiplier, 2) },
    { key: 'ratings', label: 'Ratings ×', isNumber: true, cell: (run) => formatNumber(run.ratingMultiplier, 2) },
    { key: 'lost', label: 'Lost', isNumber: true, cell: (run) => formatQuantity(run.totalShedMw, 'MW', 1) },
    { key: 'share', label: 'of load', isNumber: true, cell: (run) => formatQuantity(shareOfLoadPct(run.totalShedMw, run.totalLoadMw), '%', 2) },
    { key: 'customers', label: 'Customers out', isNumber: true, cell: (run) => formatNumber(run.customersOut) },
    { key: 'tripped', label: 'Tripped', isNumber: true, cell: (run) => formatNumber(run.trippedCount) },
    { key: 'waves', label: 'Waves', isNumber: true, cell: (run) => formatNumber(run.waveCount) },
    { key: 'started', label: 'Started', cell: (run) => formatInstant(run.createdAt, timeZone) },
    { key: 'by', label: 'By', cell: ({ job }) => job.owner ?? 'schedule' },
    {
      key: 'again',
      label: 'Again',
      cell: ({ runId }) => (
        <Button disabled={!canRun} title={canRun ? undefined : 'Your account may not start runs'} aria-label={`Repeat run ${runId}`} onClick={() => onRepeat(runId)} sx={{ py: 0 }}>
          Repeat
        </Button>
      ),
    },
  ];
}
