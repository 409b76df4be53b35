import Box from '@mui/material/Box';
import ButtonBase from '@mui/material/ButtonBase';
import Typography from '@mui/material/Typography';
import { useMemo, useState } from 'react';
import { useQuery } from 'urql';
import type { CombinedError } from 'urql';

import { formatNumber, formatQuantity, humanize, plural, UNKNOWN } from '../../lib/format';
import { problemOf } from '../../lib/graphql/errors';
import { ErrorState, LoadingState } from '../../ui/StateMessage';

import type { AboutKpi } from './about';
import { CircuitPartsQuery, OutagePartsQuery, ReliabilityMonthsQuery, TransformerPartsQuery } from './queries';

interface Props {
  parts: NonNullable<AboutKpi['parts']>;
  kpiKey: string;
  onSelect: (assetId: string) => void;
}

/** What a figure is made of, the largest parts first. */
export function KpiParts({ parts, kpiKey, onSelect }: Props) {
  switch (parts) {
    case 'transformers':
      return <Transformers onSelect={onSelect} />;
    case 'circuits':
      return <Circuits onSelect={onSelect} />;
    case 'outages':
      return <Outages onSelect={onSelect} />;
    case 'months':
      return <Months kpiKey={kpiKey} />;
  }
}

function Transformers({ onSelect }: { onSelect: (assetId: string) => void }) {
  const [{ data, error, fetching }, ask] = useQuery({ query: TransformerPartsQuery });
  const rows = data?.topLoadedTransformers.map((each) => ({
    id: each.assetId,
    name: each.name,
    value: formatQuantity(each.peakLoadingPct, '%', 1),
    note: each.hoursOverRating > 0 ? `${plural(each.hoursOverRating, 'hour')} over rating` : '',
  }));
  return <Rows title="Transformers with the highest peaks" {...{ rows, error, fetching, ask, onSelect }} empty="No load of a transformer is on record." />;
}

function Circuits({ onSelect }: { onSelect: (assetId: string) => void }) {
  const [{ data, error, fetching }, ask] = useQuery({ query: CircuitPartsQuery });
  const found = data?.circuitRatings;
  const rows = found?.ratings.map((each) => ({
    id: each.circuitId,
    name: each.name,
    value: formatQuantity(each.weatherLoadingPct, '%', 1),
    note: each.weatherLoadingPct == null ? (each.reason ?? '') : '',
  }));
  return (
    <>
      <Rows title="Circuits most loaded for their weather rating" {...{ rows, error, fetching, ask, onSelect }} empty="No circuit is on record." />
      {found !== undefined && (
        <Typography variant="caption" color="textSecondary">
          Of {plural(found.circuitCount, 'circuit')}, {formatNumber(found.over85Count)} are above 85 % and {formatNumber(found.over100Count)} above 100 %.
        </Typography>
      )}
    </>
  );
}

function Outages({ onSelect }: { onSelect: (assetId: string) => void }) {
  const [{ data, error, fetching }, ask] = useQuery({ query: OutagePartsQuery });
  const rows = data?.outages.edges.map(({ node }) => ({
    id: node.assetId,
    name: node.circuit.name,
    value: plural(node.customersOut, 'customer'),
    note: humanize(node.status),
  }));
  return <Rows title="Active outages with most customers out" {...{ rows, error, fetching, ask, onSelect }} empty="No outage is active." />;
}

interface Row {
  id: string;
  name: string;
  value: string;
  note: string;
}

interface RowsProps {
  title: string;
  rows: readonly Row[] | undefined;
  error: CombinedError | undefined;
  fetching: boolean;
  ask: (options: { requestPolicy: 'network-only' }) => void;
  onSelect: (assetId: string) => void;
  empty: string;
}

function Rows({ title, rows, error, fetching, ask, onSelect, empty }: RowsProps) {
  return (
    <Box component="section" aria-label={title} data-testid="kpi-parts" sx={{ mt: 2 }}>
      <Typography variant="overline" component="h3" color="textSecondary">
        {title}
      </Typography>
      <Waiting isMissing={rows === undefined} error={error} fetching={fetching} onRetry={() => ask({ requestPolicy: 'network-only' })} />
      {rows?.length === 0 && <Typography variant="body2">{empty}</Typography>}
      <Box component="ul" sx={{ m: 0, p: 0, listStyle: 'none' }}>
        {rows?.map((row) => (
          <li key={row.id}>
            <ButtonBase
              onClick={() => onSelect(row.id)}
              sx={{ width: '100%', display: 'flex', gap: 1, py: 0.375, textAlign: 'left', fontFamily: 'inherit', fontSize: '0.8125rem' }}
            >
              <Box component="span" sx={{ flex: 1, minWidth: 0, color: 'primary.main' }}>
                {row.name}
              </Box>
              <Box component="span" sx={{ color: 'text.secondary' }}>
                {row.note}
              </Box>
              <span>{row.value}</span>
            </ButtonBase>
          </li>
        ))}
      </Box>
    </Box>
  );
}

function Waiting({ isMissing, error, fetching, onRetry }: { isMissing: boolean; error: CombinedError | undefined; fetching: boolean; onRetry: () => void }) {
  if (!isMissing) return null;
  if (error !== undefined && !fetching) return <ErrorState title={problemOf(error).message} onRetry={onRetry} />;
  return <LoadingState label="Loading the parts" />;
}

/** The last twelve months, from the first day of the first. */
export function lastMonths(today: Date): { firstDay: string; lastDay: string } {
  const first = new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth() - 11, 1));
  return { firstDay: first.toISOString().slice(0, 10), lastDay: today.toISOString().slice(0, 10) };
}

function Months({ kpiKey }: { kpiKey: string }) {
  const variables = useMemo(() => lastMonths(new Date()), []);
  const [isAll, setAll] = useState(false);
  const [{ data, error, fetching }, ask] = useQuery({ query: ReliabilityMonthsQuery, variables });
  const months = [...(data?.reliabilitySeries ?? [])].reverse();
  const shown = isAll ? months : months.slice(0, 6);
  const isSaifi = kpiKey === 'saifiYtd';
  const isCaidi = kpiKey === 'averageRestorationMinutes';
  const index = isSaifi ? 'SAIFI' : isCaidi ? 'CAIDI, min' : 'SAIDI, min';
  return (
    <Box component="section" aria-label="By month" data-testid="kpi-parts" sx={{ mt: 2 }}>
      <Typography variant="overline" component="h3" color="textSecondary">
        By month
      </Typography>
      <Waiting isMissing={data === undefined} error={error} fetching={fetching} onRetry={() => ask({ requestPolicy: 'network-only' })} />
      {data !== undefined && (
        <Box component="table" sx={{ width: '100%', borderCollapse: 'collapse', fontSize: '0.8125rem', '& th': { textAlign: 'left', fontWeight: 500, color: 'text.secondary' }, '& td:not(:first-of-type), & th:not(:first-of-type)': { textAlign: 'right' } }}>
          <thead>
            <tr>
              <th scope="col">Month</th>
              <th scope="col">Interrupted</th>
              <th scope="col">Customer-minutes</th>
              <th scope="col">{index}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map(({ firstDay, isPartial, totals, withMajorEventDays: all }) => {
              const value = isSaifi ? all.saifi : isCaidi ? all.caidiMin : all.saidiMin;
              return (
                <tr key={firstDay}>
                  <td>
                    {firstDay.slice(0, 7)}
                    {isPartial && ' (in part)'}
                  </td>
                  <td>{formatNumber(totals.customerInterruptions)}</td>
                  <td>{formatNumber(totals.customerMinutes)}</td>
                  <td>{value == null ? UNKNOWN : formatQuantity(value, '')}</td>
                </tr>
              );
            })}
          </tbody>
        </Box>
      )}
      {months.length > shown.length && (
        <ButtonBase onClick={() => setAll(true)} sx={{ color: 'primary.main', fontSize: '0.8125rem', py: 0.5, fontFamily: 'inherit' }}>
          All twelve months
        </ButtonBase>
      )}
    </Box>
  );
}
