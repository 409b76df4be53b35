import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import MenuItem from '@mui/material/MenuItem';
import TextField from '@mui/material/TextField';
import { useDeferredValue, useId, useMemo, useState } from 'react';
import { useQuery } from 'urql';

import { EconomicsQuery } from '../../../lib/costs/queries';
import type { CostShare, Economics, Ledger, Range } from '../../../lib/costs/queries';
import { formatRange, formatUsd, ledgerWords } from '../../../lib/costs/words';
import { formatInstant, formatNumber, formatQuantity, humanize, UNKNOWN } from '../../../lib/format';
import { problemOf } from '../../../lib/graphql/errors';
import { DataTable } from '../../../ui/DataTable';
import type { ShownColumn } from '../../../ui/DataTable';
import { FactList } from '../../../ui/FactList';
import { ErrorState, LoadingState } from '../../../ui/StateMessage';
import type { CascadeRunDetail } from '../queries';

import { Note, Part } from './Part';
import { readHours } from './economics';
import { RunStudiesQuery } from './queries';

const GIVEN = 'given';

/** What a run cost, for hours one gives or those of a restoration plan. */
export function EconomicsPart({ run }: { run: CascadeRunDetail }) {
  const id = useId();
  const [hours, setHours] = useState({ low: '2', mid: '4', high: '8' });
  const [choice, setChoice] = useState(GIVEN);
  const [{ data: studyData }] = useQuery({ query: RunStudiesQuery, variables: { kind: 'RESTORATION', name: run.name } });
  const studies = studyData?.decisionStudies.edges.map(({ node }) => node).filter((node) => node.run?.runId === run.runId && node.job.status === 'SUCCEEDED') ?? [];
  const settled = useDeferredValue(hours);
  const read = useMemo(() => readHours(settled), [settled]);
  const isGiven = choice === GIVEN;
  const problem = isGiven && 'problem' in read ? read.problem : null;
  const [{ data, error, fetching }, refetch] = useQuery({
    query: EconomicsQuery,
    variables: {
      runId: run.runId,
      durations: isGiven && 'value' in read ? read.value : null,
      studyId: isGiven ? null : choice,
    },
    pause: problem !== null,
  });
  const found = data?.cascadeEconomics;
  return (
    <>
      <Part title="How long the load stays out">
        <Box sx={{ display: 'flex', gap: 1, mt: 1 }}>
          <TextField id={`${id}-basis`} select fullWidth label="Hours" value={choice} onChange={(event) => setChoice(event.target.value)}>
            <MenuItem value={GIVEN}>As I assume</MenuItem>
            {studies.map((study) => (
              <MenuItem key={study.studyId} value={study.studyId}>
                Restoration plan {study.studyId}, {formatInstant(study.createdAt)}
              </MenuItem>
            ))}
          </TextField>
          {isGiven &&
            (['low', 'mid', 'high'] as const).map((name) => (
              <TextField
                key={name}
                id={`${id}-${name}`}
                label={`${humanize(name)}, h`}
                value={hours[name]}
                onChange={(event) => setHours((before) => ({ ...before, [name]: event.target.value }))}
                error={problem !== null}
                slotProps={{ htmlInput: { inputMode: 'decimal', maxLength: 8 } }}
                sx={{ minWidth: 72 }}
              />
            ))}
        </Box>
        {problem !== null && (
          <Alert severity="error" variant="outlined" sx={{ mt: 0.5 }}>
            {problem}
          </Alert>
        )}
        <Note>{isGiven ? 'These hours are your assumption. A restoration plan (under Decisions) works them out.' : 'Each job of the plan has its own hours.'}</Note>
      </Part>
      {found === undefined && error !== undefined && !fetching && <ErrorState title="The costs could not be worked out" detail={problemOf(error).message} onRetry={refetch} />}
      {found === undefined && fetching && <LoadingState label="Working out the costs" minHeight={220} />}
      {found !== undefined && problem === null && <Costs run={run} found={found} />}
    </>
  );
}

function Costs({ run, found }: { run: CascadeRunDetail; found: Economics }) {
  return (
    <div data-testid="economics">
      <Part title="What it amounts to">
        <FactList
          facts={[
            { label: 'Severity', value: found.severity == null ? found.severityReason || 'below all tiers' : `${humanize(found.severity)}${found.severityReachedBy.length === 0 ? '' : `, by ${found.severityReachedBy.map((by) => humanize(by).toLowerCase()).join(' and ')}`}` },
            { label: 'Energy not served', value: formatRange(found.unservedMwh, (value) => formatQuantity(value, 'MWh', 0)) },
            { label: 'Load lost', value: `${formatQuantity(found.lostMw, 'MW', 1)} at substations, ${found.localLostMw == null ? found.localLostMwReason || UNKNOWN : `${formatQuantity(found.localLostMw, 'MW', 1)} on circuits`}` },
            { label: 'Customers out, expected', value: formatNumber(found.customersOut) },
            { label: 'Load with customers on record', value: formatQuantity(found.coverageFrac == null ? null : found.coverageFrac * 100, '%', 1) },
          ]}
        />
      </Part>
      {[found.customer, found.utility, found.regulatory].map((ledger) => (
        <LedgerTable key={ledger.name} ledger={ledger} />
      ))}
      <Note>The three ledgers are never added up: that would count twice.</Note>
      <Part title="By class and zone">
        <DataTable label="Cost by class and zone" rows={found.shares} columns={SHARES} rowKey={(row) => `${row.costClass} ${row.area}`} testId="share-table" csv={`cascade-run-${run.runId}-costs`} pageSize={50} />
      </Part>
      <Part title="Assumptions">
        <FactList
          facts={[
            { label: 'Damage functions', value: found.damageTable },
            { label: 'Value of lost load', value: `${formatNumber(found.vollUsdPerMwh)} $/MWh (${found.costAssumptions})` },
            { label: 'Prices of the functions ×', value: formatNumber(found.priceFactor, 4) },
          ]}
        />
      </Part>
    </div>
  );
}

const share = (key: string, label: string, of: (row: CostShare) => number | null | undefined): ShownColumn<CostShare> => ({
  key,
  label,
  isNumber: true,
  value: of,
  cell: (row) => formatUsd(of(row)),
});
const SHARES: ShownColumn<CostShare>[] = [
  { key: 'class', label: 'Class', value: (row) => row.costClass, cell: (row) => humanize(row.costClass) },
  { key: 'area', label: 'Zone', value: (row) => row.area },
  { key: 'customers', label: 'Customers', isNumber: true, value: (row) => row.customers },
  share('low', 'Low $', (row) => row.usd.low),
  share('mid', 'Mid $', (row) => row.usd.mid),
  share('high', 'High $', (row) => row.usd.high),
];

interface Line {
  name: string;
  isTotal: boolean;
  usd: Range;
}

/** Its methods, and the range of all. */
function linesOf({ lines, usd }: Ledger): Line[] {
  return [...lines.map((line) => ({ name: ledgerWords(line.name), isTotal: false, usd: line.usd })), { name: 'Range of all', isTotal: true, usd }];
}

const told = (text: string, isTotal: boolean) => (isTotal ? <strong>{text}</strong> : text);
const bound = (key: 'low' | 'mid' | 'high', label: string): ShownColumn<Line> => ({
  key,
  label,
  isNumber: true,
  cell: ({ usd, isTotal }) => told(formatUsd(usd[key]), isTotal),
});
const LINES: readonly ShownColumn<Line>[] = [
  { key: 'method', label: 'Method', isWrapped: true, cell: ({ name, isTotal }) => told(name, isTotal) },
  bound('low', 'Low'),
  bound('mid', 'Mid'),
  bound('high', 'High'),
];

function LedgerTable({ ledger }: { ledger: Ledger }) {
  const reasons = [...new Set([...ledger.usd.reasons, ...ledger.lines.flatMap(({ usd }) => usd.reasons)])];
  const title = ledgerWords(ledger.name);
  return (
    <Part title={title}>
      <DataTable label={`Costs: ${title}`} testId={`ledger-${ledger.name}`} rows={linesOf(ledger)} columns={LINES} rowKey={({ name }) => name} maxHeightPx={null} />
      {reasons.map((reason) => (
        <Note key={reason}>Not known: {reason}.</Note>
      ))}
    </Part>
  );
}
