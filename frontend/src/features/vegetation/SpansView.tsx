import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { useCallback } from 'react';
import { useQuery } from 'urql';

import type { Bounds } from '../../lib/boundsGrid';
import { formatNumber, plural } from '../../lib/format';
import { problemOf } from '../../lib/graphql/errors';
import { useUnits } from '../../lib/preferences';
import { fileColumns } from '../../lib/tableColumns';
import type { UnitSystem } from '../../lib/units';
import { CsvButton } from '../../ui/CsvButton';
import { DataTable } from '../../ui/DataTable';
import type { ShownColumn } from '../../ui/DataTable';
import { EmptyState, ErrorState, LoadingState } from '../../ui/StateMessage';

import { Below } from './Below';
import { Filters } from './Filters';
import { LevelMark } from './LevelMark';
import { SpanCard } from './SpanCard';
import type { PatchAddress, VegetationAddress } from './address';
import { scopeOf } from './area';
import { urgency } from './levels';
import { SpansQuery } from './queries';
import type { Span } from './queries';
import { useRefresh } from './useRefresh';
import { clearanceWords, figure, spanReasons, yearsWords } from './words';

/** As many as the server ranks. */
const MOST = 500;

interface Props {
  address: VegetationAddress;
  onChange: PatchAddress;
  bounds: Bounds | null;
  onLocate: (assetId: string, at: { lon: number; lat: number }) => void;
  onAsset: (assetId: string) => void;
}

/** Spans by what their trees are expected to cost, or the one chosen. */
export function SpansView(props: Props) {
  return props.address.span === null ? <SpanList {...props} /> : <SpanCard key={props.address.span} lineId={props.address.span} {...props} />;
}

function SpanList({ address, onChange, bounds }: Props) {
  const units = useUnits();
  const [{ data, error, fetching, stale }, refetch] = useQuery({
    query: SpansQuery,
    variables: { ...scopeOf(address, bounds), levels: address.level === null ? null : [address.level], lineId: null, first: MOST },
  });
  const refresh = useCallback(() => refetch({ requestPolicy: 'network-only' }), [refetch]);
  useRefresh(refresh);
  const spans = data?.spansAtRisk;
  const columns = spanColumns(units);
  return (
    <>
      <Filters address={address} onChange={onChange} />
      {spans === undefined &&
        (error !== undefined && !fetching ? (
          <ErrorState title="The spans could not be loaded" detail={problemOf(error).message} onRetry={refresh} />
        ) : (
          <LoadingState label="Loading the spans" minHeight={240} />
        ))}
      {spans?.length === 0 && <EmptyState title="No tree is near a span here" detail={emptyDetail(address)} />}
      {spans !== undefined && spans.length > 0 && (
        <>
          <Box sx={{ display: 'flex', alignItems: 'center', minHeight: 30 }}>
            <Typography variant="caption" color="textSecondary" sx={{ flex: 1 }} role="status" data-testid="span-count">
              {spans.length === MOST ? `The first ${formatNumber(MOST)} spans` : plural(spans.length, 'span')}, those with most customer-minutes
              expected first{fetching || stale ? ' · loading' : ''}
            </Typography>
            <CsvButton heads="keys" name="spans-at-risk" what="the spans" rows={spans} columns={columns} />
          </Box>
          <DataTable
            label="Spans and the trees near them; choose one to see it on the map"
            testId="span"
            rowTestId="span"
            maxHeightPx={null}
            isDense
            rows={spans}
            columns={columns}
            rowKey={(span) => span.lineId}
            onSelect={(span) => onChange({ span: span.lineId })}
          />
        </>
      )}
    </>
  );
}

function emptyDetail({ circuit, level, isInView }: VegetationAddress): string {
  if (circuit === null && level === null && !isInView) return 'The assessment of trees has found none, or has not run yet.';
  return 'With these filters.';
}

export function spanColumns(units: UnitSystem): ShownColumn<Span>[] {
  return [
    {
      key: 'line_id',
      label: 'Span',
      value: (span) => span.lineId,
      cell: (span) => (
        <>
          {span.lineId}
          <Below>
            {span.circuitId ?? 'transmission'}
          </Below>
        </>
      ),
    },
    {
      key: 'level',
      label: 'Level',
      value: (span) => span.level,
      order: (span) => urgency(span.level),
      cell: (span) => <LevelMark level={span.level} />,
    },
    {
      key: 'customer_minutes_per_year',
      label: 'Cust-min/y',
      title: 'Customer-minutes that falls of its trees are expected to cost in a year',
      isNumber: true,
      value: (span) => span.customerMinutesPerYear,
      cell: (span) => figure(span.customerMinutesPerYear),
    },
    {
      key: 'customers',
      label: 'Cust.',
      title: 'Active accounts behind the switch that opens on a fault',
      isNumber: true,
      value: (span) => span.customers,
      cell: (span) => formatNumber(span.customers),
    },
    {
      key: 'trees',
      label: 'Trees',
      title: 'Trees that can fall on it, and those within the clearance',
      isNumber: true,
      value: (span) => span.treeCount,
      cell: (span) => (
        <>
          {formatNumber(span.strikingCount)}
          <Below>
            {formatNumber(span.encroachingCount)} inside
          </Below>
        </>
      ),
    },
    {
      key: 'years_to_encroachment',
      label: 'Clearance',
      title: 'Of its deepest tree, and when the first comes inside',
      isNumber: true,
      value: (span) => span.earliestYears,
      cell: (span) => (
        <>
          {clearanceWords(span.clearanceDeficitM, units)}
          <Below>
            {yearsWords(span.earliestYears)}
          </Below>
        </>
      ),
    },
    ...fileColumns<Span>({
      line_kind: (span) => span.lineKind,
      circuit_id: (span) => span.circuitId,
      device_id: (span) => span.deviceId,
      outage_min: (span) => span.outageMin,
      striking_trees: (span) => span.strikingCount,
      encroaching_trees: (span) => span.encroachingCount,
      clearance_m: (span) => span.clearanceM,
      clearance_deficit_m: (span) => span.clearanceDeficitM,
      strikes_per_year: (span) => span.strikesPerYear,
      customer_minutes_low: (span) => span.customerMinutesLow,
      customer_minutes_high: (span) => span.customerMinutesHigh,
      reasons: (span) => spanReasons(span, 'metric').join(' '),
    }),
  ];
}
