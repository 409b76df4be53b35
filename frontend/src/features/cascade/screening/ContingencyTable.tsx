import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import TextField from '@mui/material/TextField';
import { useId, useState } from 'react';
import { useQuery } from 'urql';

import { formatNumber, formatQuantity, UNKNOWN } from '../../../lib/format';
import { problemOf } from '../../../lib/graphql/errors';
import { DataTable } from '../../../ui/DataTable';
import type { ShownColumn } from '../../../ui/DataTable';
import { offsetSteps, Pager, rangeWords } from '../../../ui/Pager';
import { ErrorState, LoadingState } from '../../../ui/StateMessage';

import { outagesOf } from './batch';
import { ContingenciesQuery } from './queries';
import type { BatchDetail, ContingencyRow } from './queries';

const PAGE = 100;

interface Props {
  batch: BatchDetail;
  canRun: boolean;
  isStarting: boolean;
  onRun: (outages: string[], row: ContingencyRow) => void;
}

/** Contingencies by severity. */
export function ContingencyTable({ batch, canRun, isStarting, onRun }: Props) {
  const id = useId();
  const [offset, setOffset] = useState(0);
  const [text, setText] = useState('');
  const [{ data, error, fetching }, refetch] = useQuery({ query: ContingenciesQuery, variables: { id: batch.batchId, first: PAGE, offset } });
  const page = data?.cascadeBatch?.contingencies;
  const total = batch.contingencyCount ?? 0;
  const sought = text.trim().toLowerCase();
  const rows = page?.filter((row) => sought === '' || row.label.toLowerCase().includes(sought) || (row.worstBranchId ?? '').toLowerCase().includes(sought)) ?? [];
  const columns = contingencyColumns({ kind: batch.kind, canRun, isStarting, onRun });
  return (
    <>
      <Box sx={{ display: 'flex', alignItems: 'center', gap: 1, my: 1 }}>
        <TextField id={id} label="Find on this page, by id" value={text} onChange={(event) => setText(event.target.value)} sx={{ width: 260 }} />
        <Pager
          note={page === undefined ? '' : `${rangeWords(offset, page.length, total)}${sought === '' ? '' : `, ${formatNumber(rows.length)} match`}`}
          {...offsetSteps(offset, PAGE, total, setOffset)}
        />
      </Box>
      {page === undefined && error !== undefined && !fetching && <ErrorState title="The contingencies could not be loaded" detail={problemOf(error).message} onRetry={refetch} />}
      {page === undefined && fetching && <LoadingState label="Loading the contingencies" minHeight={200} />}
      {page !== undefined && (
        <DataTable label="Contingencies by severity" testId="contingency-table" rows={rows} columns={columns} rowKey={({ contingency }) => String(contingency)} maxHeightPx={null} />
      )}
    </>
  );
}

interface ColumnInputs extends Pick<Props, 'canRun' | 'isStarting' | 'onRun'> {
  kind: string;
}

/** The server ranks the rows, so that no column does. */
function contingencyColumns({ kind, ...starting }: ColumnInputs): ShownColumn<ContingencyRow>[] {
  const firstLoss: ShownColumn<ContingencyRow> = { key: 'first', label: 'First loss MW', isNumber: true, cell: (row) => formatNumber(row.firstShedMw, 1) };
  return [
    { key: 'rank', label: 'Rank', isNumber: true, cell: (row) => formatNumber(row.rank) },
    { key: 'label', label: 'Takes out', isWrapped: true, cell: (row) => row.label },
    { key: 'lost', label: 'Lost MW', isNumber: true, cell: (row) => (row.isSolved ? formatNumber(row.shedMw, 1) : 'not solved') },
    ...(kind === 'N1_1' ? [firstLoss] : []),
    { key: 'trips', label: 'Trips', isNumber: true, cell: (row) => formatNumber(row.trippedCount) },
    { key: 'waves', label: 'Waves', isNumber: true, cell: (row) => formatNumber(row.waveCount) },
    { key: 'worst', label: 'Most loaded right after', cell: (row) => row.worstBranchId ?? UNKNOWN },
    { key: 'loading', label: 'Loading', isNumber: true, cell: (row) => formatQuantity(row.worstLoadingPct, '%', 1) },
    { key: 'before', label: 'Before', isNumber: true, cell: (row) => formatQuantity(row.baseLoadingPct, '%', 1) },
    { key: 'over', label: 'Over MVA', isNumber: true, cell: (row) => formatNumber(row.overMva, 1) },
    { key: 'run', label: 'Run', cell: (row) => <OpenButton row={row} kind={kind} {...starting} /> },
  ];
}

function OpenButton({ row, kind, canRun, isStarting, onRun }: ColumnInputs & { row: ContingencyRow }) {
  // Drawn rows are repeated by a seed; one beyond 2^53 would not arrive as it is.
  const isExact = row.seed == null || Number.isSafeInteger(Number(row.seed));
  const outages = isExact ? outagesOf(kind, row.label) : null;
  const cannot = isExact ? 'This is no single loss of named assets' : 'Its seed is too large for a browser: repeat it over the API';
  const reason = outages === null ? cannot : canRun ? undefined : 'Your account may not start runs';
  return (
    <span title={reason}>
      <Button
        disabled={outages === null || !canRun || isStarting}
        aria-label={`Open the loss of ${row.label} as a run`}
        onClick={() => outages !== null && onRun(outages, row)}
        sx={{ py: 0 }}
        data-testid={`run-contingency-${row.rank}`}
      >
        Open
      </Button>
    </span>
  );
}
