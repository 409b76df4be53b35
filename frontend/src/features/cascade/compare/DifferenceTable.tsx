import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import TextField from '@mui/material/TextField';
import { useDeferredValue, useId, useMemo, useState } from 'react';
import { useQuery } from 'urql';

import type { SubstationColumns } from '../../../lib/columns/layers';
import { formatUsd } from '../../../lib/costs/words';
import { formatNumber, formatQuantity, plural } from '../../../lib/format';
import { problemOf } from '../../../lib/graphql/errors';
import { CsvButton } from '../../../ui/CsvButton';
import { DataTable } from '../../../ui/DataTable';
import type { ShownColumn } from '../../../ui/DataTable';
import { ErrorState, LoadingState } from '../../../ui/StateMessage';
import { Note, Part } from '../run/Part';
import { readHours } from '../run/economics';
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

function differenceColumns(firstId: string, secondId: string): ShownColumn<Difference>[] {
  return [
    { key: 'measure', label: 'Measure', value: ({ label }) => label },
    { key: 'unit', label: 'Unit', isHidden: true, value: ({ unit }) => unit },
    { key: `run ${firstId}`, label: `A: run ${firstId}`, isNumber: true, value: ({ first }) => first, cell: (row) => write(row, row.first) },
    { key: `run ${secondId}`, label: `B: run ${secondId}`, isNumber: true, value: ({ second }) => second, cell: (row) => write(row, row.second) },
    { key: 'change', label: 'B less A', isNumber: true, value: ({ change }) => change, cell: (row) => write(row, row.change, true) },
  ];
}

function Numbers({ comparison, rows }: { comparison: Comparison; rows: readonly Difference[] }) {
  const { firstId, secondId } = comparison;
  const columns = useMemo(() => differenceColumns(firstId, secondId), [firstId, secondId]);
  return (
    <Part
      title="In numbers"
      action={<CsvButton name={`cascade-runs-${firstId}-${secondId}`} what="the differences in numbers" rows={rows} columns={columns} heads="keys" testId="comparison-csv" />}
    >
      <DataTable label="Differences in numbers" testId="difference-table" rowTestId="difference" rows={rows} columns={columns} rowKey={({ key }) => key} maxHeightPx={null} />
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
const ELEMENTS: ShownColumn<ElementRow>[] = [
  { key: 'run', label: 'Only in', value: (row) => row.run },
  { key: 'name', label: 'Branch', value: (row) => row.name },
  { key: 'id', label: 'Id', value: (row) => row.id },
  { key: 'wave', label: 'Wave', isNumber: true, value: (row) => row.wave },
];
const LOSSES: ShownColumn<LossRow>[] = [
  { key: 'name', label: 'Substation', value: (row) => row.name },
  { key: 'id', label: 'Id', value: (row) => row.id },
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
        <DataTable label="Branches that tripped in one run only" rows={elements} columns={ELEMENTS} rowKey={(row) => `${row.run} ${row.id}`} testId="only-table" csv={`${file}-branches`} pageSize={15} />
        {elements.length < comparison.onlyFirstCount + comparison.onlySecondCount && <Note>The first 500 of each run are listed.</Note>}
      </Part>
      <Part title="Substations whose loss differs most">
        <DataTable label="Substations whose loss differs most" rows={losses} columns={LOSSES} rowKey={(row) => row.id} testId="loss-table" csv={`${file}-substations`} pageSize={15} />
      </Part>
    </>
  );
}
