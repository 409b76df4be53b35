import { useMemo } from 'react';

import { formatInstant, formatNumber, formatQuantity } from '../../lib/format';
import { CsvButton } from '../../ui/CsvButton';
import { DataTable } from '../../ui/DataTable';
import type { ShownColumn } from '../../ui/DataTable';
import { LoadingBadge } from '../../ui/LoadingBadge';
import { Maybe } from '../../ui/Maybe';
import { Note } from '../../ui/Note';
import { EmptyState } from '../../ui/StateMessage';

import { Answer, Part } from './Answer';
import { Choice } from './Choice';
import { GroupName } from './GroupName';
import { HourlyLoadSection } from './HourlyLoadSection';
import { RecordLoadsSection } from './RecordLoadsSection';
import type { Order } from './address';
import { fileName } from './context';
import type { TabProps } from './context';
import { clipped, formatPeriod } from './days';
import { formatShare, formatSmall } from './energy';
import { OverloadsQuery } from './loadingQueries';
import type { Overload } from './loadingQueries';
import { transformerFilters } from './scope';
import type { TransformerFilters } from './scope';
import { useAnalysis } from './useAnalysis';
import { boundWord } from './words';

const LIMIT = 100;
const MOST_DAYS = 1_098;

const ORDERS: readonly { value: Order; label: string }[] = [
  { value: 'PEAK_LOADING', label: 'Peak load' },
  { value: 'HOURS_OVER_RATING', label: 'Hours overloaded' },
  { value: 'PEAK_HOT_SPOT', label: 'Hot spot' },
  { value: 'AGEING', label: 'Ageing' },
];

/** The transformers that are loaded most. */
export function LoadingTab(props: TabProps) {
  const { scope } = props.view;
  const filters = transformerFilters(scope);
  if (filters === null) {
    return (
      <Part title="Loaded most" testId="ami-overloads">
        <EmptyState title="A single meter has no transformer of its own" detail="Choose its transformer in the path above, or a circuit." />
      </Part>
    );
  }
  return (
    <>
      <OverloadsSection {...props} filters={filters} />
      {scope?.kind === 'TRANSFORMER' && <HourlyLoadSection {...props} assetId={scope.id} />}
      {scope === null && <RecordLoadsSection {...props} />}
    </>
  );
}

function OverloadsSection({ view, timeZone, filters, enter, change, showOnMap, ...props }: TabProps & { filters: TransformerFilters }) {
  const period = clipped(props.period, MOST_DAYS);
  const analysis = useAnalysis({
    query: OverloadsQuery,
    variables: { ...period, orderBy: view.order, limit: LIMIT, filters },
  });
  const columns = useMemo(() => columnsOf(timeZone, { enter, change, showOnMap }), [timeZone, enter, change, showOnMap]);
  return (
    <Answer
      title="Loaded most"
      note={formatPeriod(period)}
      analysis={analysis}
      field="overloadedTransformers"
      testId="ami-overloads"
      minHeight={320}
      tools={
        <>
          <Choice<Order> label="Ranked by" value={view.order} options={ORDERS} onChange={(order) => change({ order })} />
          <CsvButton
            name={fileName('transformer-loading', view, period)}
            rows={analysis.data?.overloadedTransformers ?? []}
            columns={columns}
            what="the transformers"
          />
        </>
      }
    >
      {({ overloadedTransformers: rows }) =>
        rows.length === 0 ? (
          <EmptyState title="No load of a transformer is on record for these days" />
        ) : (
          <>
            <DataTable
              caption={rows.length === LIMIT ? `The first ${LIMIT}` : `All ${formatNumber(rows.length)} with readings`}
              rows={rows}
              columns={columns}
              rowKey={({ assetId }) => assetId}
              maxHeightPx={520}
              testId="ami-overloads-table"
            />
            <Note>
              Hourly mean loads of all meters of a transformer, of every class, at a power factor of 0.95. Where less than 100 % of the time
              was metered, loads and hours are lower bounds. Temperature and ageing by IEEE C57.91, over the hours whose hot spot is known.
            </Note>
          </>
        )
      }
    </Answer>
  );
}

/** Below it the load is a lower bound. */
function isPartial({ coveragePct }: Overload): boolean {
  return coveragePct == null || coveragePct < 99.95;
}

function columnsOf(timeZone: string | undefined, actions: Pick<TabProps, 'enter' | 'change' | 'showOnMap'>): ShownColumn<Overload>[] {
  const hours = (key: 'hoursOver100' | 'hoursOver120' | 'hoursOver150', label: string): ShownColumn<Overload> => ({
    key,
    label,
    unit: 'h',
    isNumber: true,
    value: (row) => row[key],
    cell: (row) => formatQuantity(row[key], 'h', 0),
  });
  return [
    {
      key: 'name',
      label: 'Transformer',
      value: ({ name }) => name,
      cell: ({ assetId, name }) => <GroupName by="TRANSFORMER" group={{ key: assetId, name }} {...actions} />,
    },
    { key: 'id', label: 'id', value: ({ assetId }) => assetId, cell: () => null, isHidden: true },
    {
      key: 'circuit',
      label: 'Circuit',
      value: ({ circuitId }) => circuitId,
      cell: ({ circuitId }) => <GroupName by="CIRCUIT" group={{ key: circuitId }} {...actions} />,
    },
    { key: 'rated', label: 'Rating', unit: 'kVA', isNumber: true, value: ({ ratedKva }) => ratedKva, cell: ({ ratedKva }) => formatQuantity(ratedKva, 'kVA') },
    {
      key: 'peak',
      label: 'Peak load',
      unit: '%',
      isNumber: true,
      value: ({ peakLoadingPct }) => peakLoadingPct,
      cell: (row) => (
        <>
          {boundWord(isPartial(row), true)}
          <LoadingBadge loadingPct={row.peakLoadingPct} />
        </>
      ),
    },
    { key: 'peakKva', label: 'peak load', unit: 'kVA', value: ({ peakLoadKva }) => peakLoadKva, cell: () => null, isHidden: true },
    { key: 'peakAt', label: 'In the hour from', value: ({ peakAt }) => peakAt, cell: ({ peakAt }) => formatInstant(peakAt, timeZone) },
    hours('hoursOver100', 'Over 100%'),
    hours('hoursOver120', 'Over 120%'),
    hours('hoursOver150', 'Over 150%'),
    { key: 'hours', label: 'hours with readings', unit: 'h', isNumber: true, value: ({ hourCount }) => hourCount, cell: () => null, isHidden: true },
    {
      key: 'coverage',
      label: 'Metered time',
      unit: '%',
      isNumber: true,
      value: ({ coveragePct }) => coveragePct ?? null,
      cell: ({ coveragePct }) => <Maybe text={formatShare(coveragePct, 1)} />,
    },
    {
      key: 'hotSpot',
      label: 'Hot spot',
      unit: '°C',
      isNumber: true,
      value: ({ peakHotSpotC }) => peakHotSpotC ?? null,
      cell: ({ peakHotSpotC }) => <Maybe text={formatQuantity(peakHotSpotC, '°C', 0)} />,
    },
    {
      key: 'ageing',
      label: 'Ageing ×',
      isNumber: true,
      value: ({ equivalentAgeingFactor }) => equivalentAgeingFactor ?? null,
      cell: ({ equivalentAgeingFactor }) => <Maybe text={formatSmall(equivalentAgeingFactor, 3)} />,
    },
    {
      key: 'life',
      label: 'Life lost',
      unit: '%',
      isNumber: true,
      value: ({ lossOfLifePct }) => lossOfLifePct ?? null,
      cell: ({ lossOfLifePct }) => <Maybe text={formatShare(lossOfLifePct, 4)} />,
    },
    { key: 'energy', label: 'energy', unit: 'kWh', isNumber: true, value: ({ energyKwh }) => energyKwh, cell: () => null, isHidden: true },
  ];
}
