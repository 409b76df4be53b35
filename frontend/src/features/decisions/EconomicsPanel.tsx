import { useMemo } from 'react';
import { useQuery } from 'urql';

import { EconomicsQuery } from '../../lib/costs/queries';
import type { Economics, Ledger, Range } from '../../lib/costs/queries';
import { formatRange, formatUsd, ledgerWords } from '../../lib/costs/words';
import { formatNumber, formatQuantity, humanize } from '../../lib/format';
import { problemOf } from '../../lib/graphql/errors';
import { CsvButton } from '../../ui/CsvButton';
import { DataTable } from '../../ui/DataTable';
import type { ShownColumn } from '../../ui/DataTable';
import { Figures } from '../../ui/Figures';
import { Fold } from '../../ui/Fold';
import { Maybe } from '../../ui/Maybe';
import { Note } from '../../ui/Note';
import { ErrorState, LoadingState } from '../../ui/StateMessage';

import { Part } from './Part';
import type { Hours } from './address';
import { formatHours, formatShare } from './words';

export interface RegulatoryItem {
  name: string;
  lowUsd: number;
  midUsd: number;
  highUsd: number;
}

interface Props {
  runId: string;
  title: string;
  /** How long losses last, or the plan that says it. */
  durations: Hours | null;
  planId: string | null;
  regulatory?: readonly RegulatoryItem[];
}

/** What a run cost: severity, and three ledgers that are never added up. */
export function EconomicsPanel({ runId, title, durations, planId, regulatory = NO_ITEMS }: Props) {
  const [{ data, error, fetching }, refetch] = useQuery({
    query: EconomicsQuery,
    variables: { runId, durations: planId === null ? durations : null, studyId: planId, regulatory: [...regulatory] },
  });
  const found = data?.cascadeEconomics;
  return (
    <Part title={title} note={planId === null ? undefined : `Durations of restoration plan ${planId}`} testId="economics">
      {found === undefined ? (
        error !== undefined && !fetching ? (
          <ErrorState title="The cost could not be worked out" detail={problemOf(error).message} onRetry={refetch} />
        ) : (
          <LoadingState label="Computing the run once more, for its cost" minHeight={180} />
        )
      ) : (
        <Shown found={found} runId={runId} />
      )}
    </Part>
  );
}

const NO_ITEMS: readonly RegulatoryItem[] = [];

interface LedgerRow {
  key: string;
  ledger: string;
  line: string;
  isTotal: boolean;
  usd: Range;
}

function rowsOf(ledgers: readonly Ledger[]): readonly LedgerRow[] {
  return ledgers.flatMap((ledger) => [
    { key: ledger.name, ledger: ledgerWords(ledger.name), line: ledger.name === 'CUSTOMER' ? 'both methods' : 'in all', isTotal: true, usd: ledger.usd },
    ...ledger.lines.map((line) => ({ key: `${ledger.name} ${line.name}`, ledger: ledgerWords(ledger.name), line: ledgerWords(line.name), isTotal: false, usd: line.usd })),
  ]);
}

const bound = (key: 'low' | 'mid' | 'high', label: string): ShownColumn<LedgerRow> => ({
  key,
  label,
  unit: '$',
  isNumber: true,
  value: ({ usd }) => usd[key],
  cell: ({ usd, isTotal }) => (isTotal ? <strong>{formatUsd(usd[key])}</strong> : <Maybe text={formatUsd(usd[key])} />),
});

const COLUMNS: readonly ShownColumn<LedgerRow>[] = [
  { key: 'ledger', label: 'Ledger', value: ({ ledger }) => ledger, cell: ({ ledger, isTotal }) => (isTotal ? <strong>{ledger}</strong> : '') },
  { key: 'line', label: 'Line', value: ({ line }) => line },
  bound('low', 'Low'),
  bound('mid', 'Mid'),
  bound('high', 'High'),
];

function Shown({ found, runId }: { found: Economics; runId: string }) {
  const ledgers = useMemo(() => rowsOf([found.customer, found.utility, found.regulatory]), [found]);
  const told = [...ledgers.flatMap(({ usd }) => usd.reasons), ...found.unservedMwh.reasons, found.severityReason];
  const reasons = [...new Set(told.map((reason) => reason.replace(/\.$/, '')).filter((reason) => reason !== ''))];
  return (
    <>
      <Figures
        figures={[
          {
            label: 'Severity',
            value: found.severity === null ? 'no tier reached' : humanize(found.severity),
            detail: found.severityReachedBy.length === 0 ? undefined : `by ${found.severityReachedBy.map((each) => humanize(each).toLowerCase()).join(' and ')}`,
            isWarning: found.severity === 'CRITICAL' || found.severity === 'EMERGENCY',
          },
          { label: 'Load lost', value: formatQuantity(found.lostMw, 'MW', 1), detail: localWords(found) },
          {
            label: 'Customers out',
            value: formatNumber(found.customersOut),
            detail: found.customersOut === null ? 'none are on record for this load' : `on record for ${formatShare(found.coverageFrac)} of the load lost`,
          },
          { label: 'Energy not served', value: formatRange(found.unservedMwh, (value) => formatQuantity(value, 'MWh', 0)) },
          { label: 'Cost to customers', value: formatRange(found.customer.usd, formatUsd) },
          { label: 'Cost to the utility', value: formatRange(found.utility.usd, formatUsd) },
        ]}
      />
      <DataTable caption="Three ledgers, never added up: that would count twice" rows={ledgers} columns={COLUMNS} rowKey={({ key }) => key} testId="ledgers" />
      <CsvButton name={`cost-of-run-${runId}`} rows={ledgers} columns={COLUMNS} what="the ledgers" />
      {reasons.length > 0 && (
        <Note>
          Not known, or only a bound: {reasons.join('; ')}.
        </Note>
      )}
      <Shares found={found} />
      <Note>
        Damage table {found.damageTable}, cost assumptions {found.costAssumptions}: value of lost load {formatQuantity(found.vollUsdPerMwh, '$/MWh', 0)}, price factor{' '}
        {formatNumber(found.priceFactor, 4)}.
      </Note>
    </>
  );
}

function localWords({ localLostMw, localLostMwReason }: Economics): string | undefined {
  if (localLostMw === null) return `local losses not known: ${localLostMwReason}`;
  return localLostMw > 0 ? `and ${formatQuantity(localLostMw, 'MW', 2)} of circuits` : undefined;
}

function Shares({ found }: { found: Economics }) {
  if (found.shares.length === 0) return null;
  const columns: readonly ShownColumn<Economics['shares'][number]>[] = [
    { key: 'area', label: 'Region', value: ({ area }) => area },
    { key: 'class', label: 'Class', value: ({ costClass }) => costClass, cell: ({ costClass }) => humanize(costClass) },
    { key: 'customers', label: 'Customers', isNumber: true, value: ({ customers }) => customers, cell: ({ customers }) => formatNumber(customers, customers < 100 ? 1 : 0) },
    { key: 'usd', label: 'By damage functions', unit: '$', isNumber: true, value: ({ usd }) => usd.mid, cell: ({ usd }) => formatRange(usd, formatUsd) },
  ];
  return (
    <Fold summary="By region and class of customers">
      <DataTable caption="A substation counts by the share it lost" rows={found.shares} columns={columns} rowKey={({ area, costClass }) => `${area} ${costClass}`} testId="cost-shares" />
    </Fold>
  );
}

export function hoursWords({ lowH, midH, highH }: Hours): string {
  return `${formatHours(midH)} (${formatHours(lowH)} to ${formatHours(highH)})`;
}
