import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useDeferredValue, useMemo, useState } from 'react';
import { useQuery } from 'urql';

import { formatInstant, formatNumber, formatQuantity, plural } from '../../lib/format';
import { problemOf } from '../../lib/graphql/errors';
import { DataTable } from '../../ui/DataTable';
import type { ShownColumn } from '../../ui/DataTable';
import { Maybe } from '../../ui/Maybe';
import { EmptyState, ErrorState, LoadingState } from '../../ui/StateMessage';

import { Part } from './Part';
import { DecisionRunsQuery } from './queries';
import type { RunChoice } from './queries';

const MOST = 100;

interface Props {
  timeZone: string | undefined;
  onChoose: (runId: string) => void;
}

/** The finished runs: decisions start from one of them. */
export function RunChooser({ timeZone, onChoose }: Props) {
  const [text, setText] = useState('');
  const name = useDeferredValue(text.trim());
  const [{ data, error, fetching }, refetch] = useQuery({
    query: DecisionRunsQuery,
    variables: { first: MOST, name: name === '' ? null : name },
    requestPolicy: 'cache-and-network',
  });
  const found = data?.cascadeRuns;
  const finished = useMemo(() => found?.edges.map(({ node }) => node).filter(({ job }) => job.status === 'SUCCEEDED') ?? [], [found]);
  const columns = useMemo<readonly ShownColumn<RunChoice>[]>(
    () => [
      { key: 'run', label: 'Run', isNumber: true, value: ({ runId }) => Number(runId), cell: ({ runId }) => runId },
      {
        key: 'name',
        label: 'Name',
        value: (run) => run.name,
        cell: ({ runId, name: words }) => (
          <Button onClick={() => onChoose(runId)} sx={{ p: 0, minWidth: 0, textAlign: 'left' }} data-testid={`decide-run-${runId}`}>
            {words}
          </Button>
        ),
      },
      { key: 'lost', label: 'Lost', unit: 'MW', isNumber: true, value: (run) => run.totalShedMw, cell: (run) => <Maybe text={formatQuantity(run.totalShedMw, 'MW', 1)} /> },
      { key: 'tripped', label: 'Tripped', isNumber: true, value: (run) => run.trippedCount, cell: (run) => <Maybe text={formatNumber(run.trippedCount)} /> },
      { key: 'started', label: 'Started', value: (run) => run.createdAt, cell: (run) => formatInstant(run.createdAt, timeZone) },
    ],
    [onChoose, timeZone],
  );
  return (
    <>
      <Typography variant="h1" component="h2" sx={{ mb: 1.5 }}>
        Decisions
      </Typography>
      <Part
        title="Choose a run"
        note="Decisions start from a finished cascade run."
        testId="decisions-choose"
        tools={<TextField label="Name contains" value={text} onChange={(event) => setText(event.target.value)} slotProps={{ htmlInput: { maxLength: 100 } }} />}
      >
        {found === undefined ? (
          error !== undefined && !fetching ? (
            <ErrorState title="The runs could not be loaded" detail={problemOf(error).message} onRetry={refetch} />
          ) : (
            <LoadingState label="Loading the runs" minHeight={240} />
          )
        ) : finished.length === 0 ? (
          <EmptyState title="There is no finished run" detail={name === '' ? 'Run a cascade on the map first.' : `None has “${name}” in its name.`} />
        ) : (
          <DataTable
            caption={found.totalCount > MOST ? `The newest ${MOST} of ${plural(found.totalCount, 'run')}` : plural(finished.length, 'finished run')}
            rows={finished}
            columns={columns}
            rowKey={(run) => run.id}
            maxHeightPx={560}
            testId="decisions-runs"
          />
        )}
      </Part>
    </>
  );
}
