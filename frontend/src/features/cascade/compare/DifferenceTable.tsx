import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import TextField from '@mui/material/TextField';
import { useDeferredValue, useId, useMemo, useState } from 'react';
import { useQuery } from 'urql';

import type { SubstationColumns } from '../../../lib/columns/layers';
import { csvOf } from '../../../lib/csv';
import { download } from '../../../lib/download';
import { formatNumber, formatQuantity, plural } from '../../../lib/format';
import { problemOf } from '../../../lib/graphql/errors';
import { SortableTable } from '../../../ui/SortableTable';
import type { SortableColumn } from '../../../ui/SortableTable';
import { ErrorState, LoadingState } from '../../../ui/StateMessage';
import { DownloadIcon } from '../../../ui/icons';
import { Note, Part } from '../run/Part';
import { formatUsd, readHours } from '../run/economics';
import type { Trips } from '../run/trips';

import { differencesOf } from './differences';
import type { Difference } from './differences';
import { CompareCostsQuery, CompareRunsQuery } from './queries';
import type { Comparison } from './queries';

interface Props {
  firstId: string;
  secondId: string;
  /** For the names of branches. */
  firstTrips: Trips | null;
  secondTrips: Trips | null;
  substations: SubstationColumns | null;
}

/** What differs between two runs, as tables. */
export function DifferenceTable(props: Props) {
  const { firstId, secondId } = props;
  const id = useId();
  const [hours, setHours] = useState({ low: '2', mid: '4', high: '8' });
  const settled = useDeferredValue(hours);
  const read = useMemo(() => readHours(settled), [settled]);
  const [{ data, error, fetching }, refetch] = useQuery({ query: CompareRunsQuery, variables: { firstId, secondId } });
  const [{ data: costData, error: costError }] = useQuery({
    query: CompareCostsQuery,
    variables: { first: firstId, second: secondId, durations: 'value' in read ? read.value : { lowH: 1, midH: 1, highH: 1 } },
    pause: 'problem' in read,
  });
  const costs = costData === undefined || 'problem' in read ? null : { first: costData.first.customer.usd, second: costData.second.customer.usd };
  const comparison = data?.compareCascadeRuns;
  if (comparison === undefined) {
    if (error !== undefined && !fetching) return <ErrorState title="The runs could not be compared" detail={problemOf(error).message} onRetry={refetch} />;
    return <LoadingState label="Comparing the runs" minHeight={220} />;
  }
  const rows = differencesOf(comparison, costs);
  return (
    <div data-testid="comparison">
      {comparison.isSameResult && (
        <Alert severity="info" variant="outlined">
          Both runs came to the same result, bit for bit.
        </Alert>
      )}
      {!comparison.isSameNetwork && (
        <Alert severity="warning" variant="outlined">
          The runs were computed on different networks.
        </Alert>
      )}
      <Numbers comparison={comparison} rows={rows} />
      <Box sx={{ display: 'flex', gap: 1, mt: 1, alignItems: 'center' }}>
        {(['low', 'mid', 'high'] as const).map((name) => (
          <TextField
            key={name}
            id={`${id}-${name}`}
            label={`Hours out, ${name}`}
            value={hours[name]}
            onChange={(event) => setHours((before) => ({ ...before, [name]: event.target.value }))}
            error={'problem' in read}
            slotProps={{ htmlInput: { inputMode: 'decimal', maxLength: 8 } }}
            sx={{ width: 120 }}
          />
        ))}
      </Box>
      <Note>
        {'problem' in read
          ? read.problem
          : costError !== undefined
            ? `The costs are not known: ${problemOf(costError).message}`
            : 'Costs are those of customers, for these hours: your assumption, the same for both runs.'}
      </Note>
      <Elements {...props} comparison={comparison} />
    </div>
  );
}

function write(row: Difference, value: number | null, isChange = false): string {
  const sign = isChange && value !== null && value > 0 ? '+' : '';
  if (row.unit === 'USD') return sign + formatUsd(value);
  return sign + formatQuantity(value, row.unit, row.digits);
}

function Numbers({ comparison, rows }: { comparison: Comparison; rows: readonly Difference[] }) {
  const save = (): void => {
    const head = ['measure', 'unit', `run ${comparison.firstId}`, `run ${comparison.secondId}`, 'change'];
    const text = csvOf(head, rows.map(({ label, unit, first, second, change }) => [label, unit, first, second, change]));
    download(`cascade-runs-${comparison.firstId}-${comparison.secondId}.csv`, text, 'text/csv;charset=utf-8');
  };
  return (
    <Part
      title="In numbers"
      action={
        <Button startIcon={<DownloadIcon fontSize="small" />} onClick={save} data-testid="comparison-csv">
          CSV
        </Button>
      }
    >
      <Table size="small" aria-label="Differences in numbers" data-testid="difference-table">
        <TableHead>
          <TableRow>
            <TableCell>Measure</TableCell>
            <TableCell align="right">A: run {comparison.firstId}</TableCell>
            <TableCell align="right">B: run {comparison.secondId}</TableCell>
            <TableCell align="right">B less A</TableCell>
          </TableRow>
        </TableHead>
        <TableBody>
          {rows.map((row) => (
            <TableRow key={row.key} data-testid={`difference-${row.key}`}>
              <TableCell>{row.label}</TableCell>
              <TableCell align="right">{write(row, row.first)}</TableCell>
              <TableCell align="right">{write(row, row.second)}</TableCell>
              <TableCell align="right">{write(row, row.change, true)}</TableCell>
            </TableRow>
          ))}
        </TableBody>
      </Table>
      <Note>
        {plural(comparison.trippedInBothCount, 'branch', 'branches')} tripped in both, {formatNumber(comparison.earlierOrLaterCount)} of them in another wave.
      </Note>
    </Part>
  );
}

interface ElementRow {
  id: string;
  name: string;
  run: 'A' | 'B';
  wave: number | null;
}
interface LossRow {
  id: string;
  name: string;
  first: number;
  second: number;
  change: number;
}
const ELEMENTS: SortableColumn<ElementRow>[] = [
  { key: 'run', label: 'Only in', value: (row) => row.run, cell: (row) => row.run },
  { key: 'name', label: 'Branch', value: (row) => row.name, cell: (row) => row.name },
  { key: 'id', label: 'Id', value: (row) => row.id, cell: (row) => row.id },
  { key: 'wave', label: 'Wave', isNumber: true, value: (row) => row.wave, cell: (row) => formatNumber(row.wave) },
];
const LOSSES: SortableColumn<LossRow>[] = [
  { key: 'name', label: 'Substation', value: (row) => row.name, cell: (row) => row.name },
  { key: 'id', label: 'Id', value: (row) => row.id, cell: (row) => row.id },
  { key: 'first', label: 'A: lost MW', isNumber: true, value: (row) => row.first, cell: (row) => formatNumber(row.first, 1) },
  { key: 'second', label: 'B: lost MW', isNumber: true, value: (row) => row.second, cell: (row) => formatNumber(row.second, 1) },
  { key: 'change', label: 'B less A', isNumber: true, value: (row) => row.change, cell: (row) => formatNumber(row.change, 1) },
];

function Elements({ comparison, firstTrips, secondTrips, substations }: Props & { comparison: Comparison }) {
  const elements = useMemo(() => {
    const of = (run: 'A' | 'B', ids: readonly string[], trips: Trips | null): ElementRow[] => {
      const told = new Map(trips?.map((trip) => [trip.branchId, trip]));
      return ids.map((id) => ({ id, run, name: told.get(id)?.name ?? id, wave: told.get(id)?.wave ?? null }));
    };
    return [...of('A', comparison.onlyFirst, firstTrips), ...of('B', comparison.onlySecond, secondTrips)];
  }, [comparison, firstTrips, secondTrips]);
  const losses = useMemo(() => {
    const names = new Map(substations?.ids.map((id, i) => [id, substations.name[i] ?? id]));
    return comparison.losses.map((loss): LossRow => ({
      id: loss.substationId,
      name: names.get(loss.substationId) ?? loss.substationId,
      first: loss.firstMw,
      second: loss.secondMw,
      change: loss.changeMw,
    }));
  }, [comparison, substations]);
  const file = `cascade-runs-${comparison.firstId}-${comparison.secondId}`;
  return (
    <>
      <Part title="Branches that tripped in one run only">
        <SortableTable label="Branches that tripped in one run only" rows={elements} columns={ELEMENTS} rowKey={(row) => `${row.run} ${row.id}`} testId="only-table" file={`${file}-branches`} pageSize={15} />
        {elements.length < comparison.onlyFirstCount + comparison.onlySecondCount && <Note>The first 500 of each run are listed.</Note>}
      </Part>
      <Part title="Substations whose loss differs most">
        <SortableTable label="Substations whose loss differs most" rows={losses} columns={LOSSES} rowKey={(row) => row.id} testId="loss-table" file={`${file}-substations`} pageSize={15} />
      </Part>
    </>
  );
}
