import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useId, useState } from 'react';
import { useQuery } from 'urql';

import { formatNumber, formatQuantity, UNKNOWN } from '../../../lib/format';
import { problemOf } from '../../../lib/graphql/errors';
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
  const hasFirst = batch.kind === 'N1_1';
  return (
    <>
      <Box sx={{ display: 'flex', alignItems: 'center', gap: 1, my: 1 }}>
        <TextField id={id} label="Find on this page, by id" value={text} onChange={(event) => setText(event.target.value)} sx={{ width: 260 }} />
        <Typography variant="caption" color="textSecondary" role="status" sx={{ flex: 1 }}>
          {page === undefined ? '' : `${formatNumber(offset + 1)} to ${formatNumber(offset + page.length)} of ${formatNumber(total)}${sought === '' ? '' : `, ${formatNumber(rows.length)} match`}`}
        </Typography>
        <Button disabled={offset === 0} onClick={() => setOffset(Math.max(0, offset - PAGE))}>
          Before
        </Button>
        <Button disabled={offset + PAGE >= total} onClick={() => setOffset(offset + PAGE)}>
          Next
        </Button>
      </Box>
      {page === undefined && error !== undefined && !fetching && <ErrorState title="The contingencies could not be loaded" detail={problemOf(error).message} onRetry={refetch} />}
      {page === undefined && fetching && <LoadingState label="Loading the contingencies" minHeight={200} />}
      {page !== undefined && (
        <Box role="region" aria-label="Contingencies: rows" tabIndex={0} sx={{ overflowX: 'auto' }}>
          <Table size="small" aria-label="Contingencies by severity" data-testid="contingency-table">
            <TableHead>
              <TableRow>
                <TableCell align="right">Rank</TableCell>
                <TableCell>Takes out</TableCell>
                <TableCell align="right">Lost MW</TableCell>
                {hasFirst && <TableCell align="right">First loss MW</TableCell>}
                <TableCell align="right">Trips</TableCell>
                <TableCell align="right">Waves</TableCell>
                <TableCell>Most loaded right after</TableCell>
                <TableCell align="right">Loading</TableCell>
                <TableCell align="right">Before</TableCell>
                <TableCell align="right">Over MVA</TableCell>
                <TableCell>
                  <span>Run</span>
                </TableCell>
              </TableRow>
            </TableHead>
            <TableBody>
              {rows.map((row) => (
                <Row key={row.contingency} row={row} kind={batch.kind} hasFirst={hasFirst} canRun={canRun} isStarting={isStarting} onRun={onRun} />
              ))}
            </TableBody>
          </Table>
        </Box>
      )}
    </>
  );
}

function Row({ row, kind, hasFirst, canRun, isStarting, onRun }: { row: ContingencyRow; kind: string; hasFirst: boolean } & Pick<Props, 'canRun' | 'isStarting' | 'onRun'>) {
  // Drawn rows are repeated by a seed; one beyond 2^53 would not arrive as it is.
  const isExact = row.seed == null || Number.isSafeInteger(Number(row.seed));
  const outages = isExact ? outagesOf(kind, row.label) : null;
  const cannot = isExact ? 'This is no single loss of named assets' : 'Its seed is too large for a browser: repeat it over the API';
  const reason = outages === null ? cannot : canRun ? undefined : 'Your account may not start runs';
  return (
    <TableRow hover>
      <TableCell align="right">{formatNumber(row.rank)}</TableCell>
      <TableCell>{row.label}</TableCell>
      <TableCell align="right">{row.isSolved ? formatNumber(row.shedMw, 1) : 'not solved'}</TableCell>
      {hasFirst && <TableCell align="right">{formatNumber(row.firstShedMw, 1)}</TableCell>}
      <TableCell align="right">{formatNumber(row.trippedCount)}</TableCell>
      <TableCell align="right">{formatNumber(row.waveCount)}</TableCell>
      <TableCell>{row.worstBranchId ?? UNKNOWN}</TableCell>
      <TableCell align="right">{formatQuantity(row.worstLoadingPct, '%', 1)}</TableCell>
      <TableCell align="right">{formatQuantity(row.baseLoadingPct, '%', 1)}</TableCell>
      <TableCell align="right">{formatNumber(row.overMva, 1)}</TableCell>
      <TableCell>
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
      </TableCell>
    </TableRow>
  );
}
