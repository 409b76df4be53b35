import { useMemo } from 'react';

import { formatInstant, formatQuantity } from '../../lib/format';
import { CsvButton } from '../../ui/CsvButton';
import { DataTable } from '../../ui/DataTable';
import type { ShownColumn } from '../../ui/DataTable';
import { LoadingBadge } from '../../ui/LoadingBadge';
import { EmptyState } from '../../ui/StateMessage';

import { Answer } from './Answer';
import { GroupName } from './GroupName';
import type { TabProps } from './context';
import { RecordLoadsQuery } from './loadingQueries';
import type { RecordLoad } from './loadingQueries';
import { useAnalysis } from './useAnalysis';

const FIRST = 20;

/** The highest hours there ever were, whatever the period. */
export function RecordLoadsSection({ timeZone, enter, change, showOnMap }: TabProps) {
  const analysis = useAnalysis({ query: RecordLoadsQuery, variables: { first: FIRST } });
  const columns = useMemo(() => columnsOf(timeZone, { enter, change, showOnMap }), [timeZone, enter, change, showOnMap]);
  const rows = analysis.data?.topLoadedTransformers ?? [];
  return (
    <Answer
      title="Highest hours on record"
      note="of all transformers and all days"
      analysis={analysis}
      field="topLoadedTransformers"
      testId="ami-records"
      tools={<CsvButton name="ami-highest-hours-on-record" rows={rows} columns={columns} what="the highest hours" />}
    >
      {({ topLoadedTransformers }) =>
        topLoadedTransformers.length === 0 ? (
          <EmptyState title="No load of a transformer is on record" />
        ) : (
          <DataTable
            caption={`The ${topLoadedTransformers.length} transformers with the highest hourly loading`}
            rows={topLoadedTransformers}
            columns={columns}
            rowKey={({ assetId }) => assetId}
            testId="ami-records-table"
          />
        )
      }
    </Answer>
  );
}

function columnsOf(timeZone: string | undefined, actions: Pick<TabProps, 'enter' | 'change' | 'showOnMap'>): ShownColumn<RecordLoad>[] {
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
      key: 'kva',
      label: 'Peak',
      unit: 'kVA',
      isNumber: true,
      value: ({ peakLoadKva }) => peakLoadKva,
      cell: ({ peakLoadKva }) => formatQuantity(peakLoadKva, 'kVA', 1),
    },
    {
      key: 'pct',
      label: 'Peak load',
      unit: '%',
      isNumber: true,
      value: ({ peakLoadingPct }) => peakLoadingPct,
      cell: ({ peakLoadingPct }) => <LoadingBadge loadingPct={peakLoadingPct} />,
    },
    { key: 'at', label: 'In the hour from', value: ({ at }) => at, cell: ({ at }) => formatInstant(at, timeZone) },
    {
      key: 'hours',
      label: 'Hours over rating',
      unit: 'h',
      isNumber: true,
      value: ({ hoursOverRating }) => hoursOverRating,
      cell: ({ hoursOverRating }) => formatQuantity(hoursOverRating, 'h', 0),
    },
  ];
}
