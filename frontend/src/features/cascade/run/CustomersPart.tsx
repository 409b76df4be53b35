import { useQuery } from 'urql';

import { formatNumber, formatQuantity, humanize, UNKNOWN } from '../../../lib/format';
import { problemOf } from '../../../lib/graphql/errors';
import { AssetButton } from '../../../ui/AssetButton';
import { DataTable } from '../../../ui/DataTable';
import type { ShownColumn } from '../../../ui/DataTable';
import { FactList } from '../../../ui/FactList';
import { EmptyState, ErrorState, LoadingState } from '../../../ui/StateMessage';
import type { CascadeRunDetail } from '../queries';
import { listAt, numberAt, textAt } from '../scenario/document';

import { Note, Part } from './Part';
import { RunImpactQuery } from './queries';

const TALLIES = [
  ['out', 'Lose supply at once'],
  ['momentary', 'of these back within 5 min'],
  ['restored', 'back by switching'],
  ['still_out', 'wait for repair or transmission'],
] as const;

interface ClassRow {
  name: string;
  out: number | null;
  restored: number | null;
  stillOut: number | null;
  expectedShed: number | null;
}
const CLASSES: ShownColumn<ClassRow>[] = [
  { key: 'name', label: 'Class', value: (row) => row.name },
  { key: 'out', label: 'Out', isNumber: true, value: (row) => row.out },
  { key: 'restored', label: 'Switched back', isNumber: true, value: (row) => row.restored },
  { key: 'still', label: 'Still out', isNumber: true, value: (row) => row.stillOut },
  { key: 'shed', label: 'Shed, expected', isNumber: true, value: (row) => row.expectedShed, cell: (row) => formatNumber(row.expectedShed, 1) },
];

interface CircuitRow {
  id: string;
  substationId: string | null;
  customers: number | null;
  critical: number | null;
  stillOut: number | null;
  lostMw: number | null;
}

interface Props {
  run: CascadeRunDetail;
  onSelect: (assetId: string) => void;
}

/** What the loss means for circuits and customers, as it was worked out with the run. */
export function CustomersPart({ run, onSelect }: Props) {
  const [{ data, error, fetching }, refetch] = useQuery({ query: RunImpactQuery, variables: { id: run.runId } });
  const impact = data?.cascadeRun?.impact;
  if (data === undefined) {
    if (error !== undefined && !fetching) return <ErrorState title="The impact could not be loaded" detail={problemOf(error).message} onRetry={refetch} />;
    return <LoadingState label="Loading the impact" minHeight={220} />;
  }
  if (impact == null) return <EmptyState title="The impact is not known" detail="No distribution data was there when the run was computed." />;
  const classes = listAt(impact, 'classes').map((entry): ClassRow => ({
    name: humanize(textAt(entry, 'customer_class') ?? 'Class not on record'),
    out: numberAt(entry, 'customers_out'),
    restored: numberAt(entry, 'customers_restored'),
    stillOut: numberAt(entry, 'customers_still_out'),
    expectedShed: numberAt(entry, 'expected_shed_customers'),
  }));
  const circuits = listAt(impact, 'circuits').map((entry): CircuitRow => ({
    id: textAt(entry, 'circuit_id') ?? '',
    substationId: textAt(entry, 'substation_id'),
    customers: numberAt(entry, 'out.customers'),
    critical: numberAt(entry, 'out.critical_customers'),
    stillOut: numberAt(entry, 'still_out.customers'),
    lostMw: numberAt(entry, 'lost_mw'),
  }));
  const columns: ShownColumn<CircuitRow>[] = [
    { key: 'id', label: 'Circuit', value: (row) => row.id, cell: (row) => <AssetButton onClick={() => onSelect(row.id)}>{row.id}</AssetButton> },
    {
      key: 'substation',
      label: 'Substation',
      value: (row) => row.substationId,
      cell: (row) => (row.substationId === null ? UNKNOWN : <AssetButton onClick={() => onSelect(row.substationId ?? '')}>{row.substationId}</AssetButton>),
    },
    { key: 'customers', label: 'Customers out', isNumber: true, value: (row) => row.customers },
    { key: 'critical', label: 'critical', isNumber: true, value: (row) => row.critical },
    { key: 'still', label: 'still out', isNumber: true, value: (row) => row.stillOut },
    { key: 'mw', label: 'Lost MW', isNumber: true, value: (row) => row.lostMw, cell: (row) => formatNumber(row.lostMw, 2) },
  ];
  const coverage = numberAt(impact, 'coverage_frac');
  const range = (name: string): string => formatNumber(numberAt(impact, name));
  return (
    <div data-testid="customers-part">
      <Part title="Customers without supply">
        <FactList
          facts={[
            { label: 'For certain', value: range('customers_out') },
            { label: 'With partial sheds', value: `${range('customers_low')} to ${range('customers_high')}, ${range('customers_expected')} expected` },
            ...TALLIES.map(([key, label]) => ({
              label,
              value: `${formatNumber(numberAt(impact, `${key}.customers`))}, ${formatNumber(numberAt(impact, `${key}.critical_customers`))} critical`,
            })),
            { label: 'Meters', value: formatNumber(numberAt(impact, 'out.meters')) },
            { label: 'Transformers', value: formatNumber(numberAt(impact, 'out.transformers')) },
            { label: 'Load lost', value: formatQuantity(numberAt(impact, 'mw_lost'), 'MW', 1) },
            { label: 'without circuits on record', value: formatQuantity(numberAt(impact, 'mw_unknown'), 'MW', 1) },
          ]}
        />
        {coverage !== null && coverage < 0.9995 && (
          <Note>Only {formatQuantity(coverage * 100, '%', 1)} of the lost load lies under circuits on record: there are more customers than these.</Note>
        )}
      </Part>
      <Part title="By class">
        {classes.length === 0 ? <Note>No customer is out.</Note> : <DataTable label="Customers by class" rows={classes} columns={CLASSES} rowKey={(row) => row.name} testId="class-table" />}
      </Part>
      {circuits.length > 0 && (
        <Part title="Circuits that lose most">
          <DataTable label="Circuits" rows={circuits} columns={columns} rowKey={(row) => row.id} testId="circuit-table" csv={`cascade-run-${run.runId}-circuits`} pageSize={15} />
        </Part>
      )}
    </div>
  );
}
