import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import MenuItem from '@mui/material/MenuItem';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import TextField from '@mui/material/TextField';
import { useDeferredValue, useId, useMemo, useState } from 'react';
import { useQuery } from 'urql';

import { formatInstant, formatNumber, formatQuantity, humanize, UNKNOWN } from '../../../lib/format';
import { problemOf } from '../../../lib/graphql/errors';
import { FactList } from '../../../ui/FactList';
import { SortableTable } from '../../../ui/SortableTable';
import type { SortableColumn } from '../../../ui/SortableTable';
import { ErrorState, LoadingState } from '../../../ui/StateMessage';
import type { CascadeRunDetail } from '../queries';

import { Note, Part } from './Part';
import { formatUsd, rangeText, readHours } from './economics';
import { RunEconomicsQuery, RunStudiesQuery } from './queries';
import type { CostShare, Ledger, Range, RunEconomics } from './queries';

const GIVEN = 'given';
const LEDGERS: Readonly<Record<string, string>> = { CUSTOMER: 'Customers', UTILITY: 'The utility', REGULATORY: 'Regulation' };
const LINES: Readonly<Record<string, string>> = {
  DAMAGE_FUNCTIONS: 'By damage functions of each class',
  VALUE_OF_LOST_LOAD: 'By the value of lost load',
  LABOUR: 'Hours of crews',
  MATERIAL: 'Material',
  LOST_MARGIN: 'Margin of energy not sold',
};

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
    query: RunEconomicsQuery,
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

function Costs({ run, found }: { run: CascadeRunDetail; found: RunEconomics }) {
  return (
    <div data-testid="economics">
      <Part title="What it amounts to">
        <FactList
          facts={[
            { label: 'Severity', value: found.severity == null ? found.severityReason || 'below all tiers' : `${humanize(found.severity)}${found.severityReachedBy.length === 0 ? '' : `, by ${found.severityReachedBy.map((by) => humanize(by).toLowerCase()).join(' and ')}`}` },
            { label: 'Energy not served', value: rangeText(found.unservedMwh, (value) => formatQuantity(value, 'MWh', 0)) },
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
        <SortableTable label="Cost by class and zone" rows={found.shares} columns={SHARES} rowKey={(row) => `${row.costClass} ${row.area}`} testId="share-table" file={`cascade-run-${run.runId}-costs`} />
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

const share = (key: string, label: string, of: (row: CostShare) => number | null | undefined): SortableColumn<CostShare> => ({
  key,
  label,
  isNumber: true,
  value: of,
  cell: (row) => formatUsd(of(row)),
});
const SHARES: SortableColumn<CostShare>[] = [
  { key: 'class', label: 'Class', value: (row) => row.costClass, cell: (row) => humanize(row.costClass) },
  { key: 'area', label: 'Zone', value: (row) => row.area, cell: (row) => row.area },
  { key: 'customers', label: 'Customers', isNumber: true, value: (row) => row.customers, cell: (row) => formatNumber(row.customers) },
  share('low', 'Low $', (row) => row.usd.low),
  share('mid', 'Mid $', (row) => row.usd.mid),
  share('high', 'High $', (row) => row.usd.high),
];

function LedgerTable({ ledger }: { ledger: Ledger }) {
  const reasons = [...new Set([...ledger.usd.reasons, ...ledger.lines.flatMap(({ usd }) => usd.reasons)])];
  const title = LEDGERS[ledger.name] ?? humanize(ledger.name);
  return (
    <Part title={title}>
      <Table size="small" aria-label={`Costs: ${title}`} data-testid={`ledger-${ledger.name}`}>
        <TableHead>
          <TableRow>
            <TableCell>Method</TableCell>
            <TableCell align="right">Low</TableCell>
            <TableCell align="right">Mid</TableCell>
            <TableCell align="right">High</TableCell>
          </TableRow>
        </TableHead>
        <TableBody>
          {ledger.lines.map((line) => (
            <Row key={line.name} name={LINES[line.name] ?? humanize(line.name)} usd={line.usd} />
          ))}
          <Row name="Range of all" usd={ledger.usd} isTotal />
        </TableBody>
      </Table>
      {reasons.map((reason) => (
        <Note key={reason}>Not known: {reason}.</Note>
      ))}
    </Part>
  );
}

function Row({ name, usd, isTotal = false }: { name: string; usd: Range; isTotal?: boolean }) {
  const sx = isTotal ? { fontWeight: 500 } : {};
  return (
    <TableRow>
      <TableCell sx={sx}>{name}</TableCell>
      <TableCell align="right" sx={sx}>{formatUsd(usd.low)}</TableCell>
      <TableCell align="right" sx={sx}>{formatUsd(usd.mid)}</TableCell>
      <TableCell align="right" sx={sx}>{formatUsd(usd.high)}</TableCell>
    </TableRow>
  );
}
