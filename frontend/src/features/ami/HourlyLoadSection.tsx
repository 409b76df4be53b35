import { useMemo } from 'react';

import { formatInstant, formatQuantity } from '../../lib/format';
import type { Column } from '../../lib/tableColumns';
import { Chart } from '../../ui/Chart';
import { CsvButton } from '../../ui/CsvButton';
import { EmptyState } from '../../ui/StateMessage';
import { useColours } from '../../ui/palette';

import { Answer } from './Answer';
import { escaped, lineOption } from './charts';
import type { TabProps } from './context';
import { HourlyLoadQuery } from './loadingQueries';
import type { HourlyLoad } from './loadingQueries';
import { useAnalysis } from './useAnalysis';
import { axisSpan, formatCoverage } from './words';

const HOURS = 336;

const COLUMNS: readonly Column<HourlyLoad>[] = [
  { key: 'at', label: 'start', value: ({ at }) => at },
  { key: 'kva', label: 'load', unit: 'kVA', value: ({ loadKva }) => loadKva },
  { key: 'pct', label: 'load', unit: '% of the rating', value: ({ loadingPct }) => loadingPct },
  { key: 'coverage', label: 'metered', unit: '%', value: ({ coveragePct }) => coveragePct ?? null },
  { key: 'hotSpot', label: 'hot spot', unit: '°C', value: ({ hotSpotC }) => hotSpotC ?? null },
  { key: 'ageing', label: 'ageing factor', value: ({ ageingFactor }) => ageingFactor ?? null },
];

/** The newest two weeks of one transformer against the limits that are counted. */
export function HourlyLoadSection({ assetId, timeZone }: TabProps & { assetId: string }) {
  const analysis = useAnalysis({ query: HourlyLoadQuery, variables: { assetId, hours: HOURS } });
  return (
    <Answer
      title="Load by hour"
      note={`its newest ${HOURS} hours with readings`}
      analysis={analysis}
      field="transformerLoad"
      testId="ami-hourly-load"
      minHeight={240}
      tools={<CsvButton name={`ami-load-${assetId.toLowerCase()}`} rows={analysis.data?.transformerLoad ?? []} columns={COLUMNS} what="the load by hour" />}
    >
      {({ transformerLoad }) => <HourlyLoadChart hours={transformerLoad} timeZone={timeZone} />}
    </Answer>
  );
}

function HourlyLoadChart({ hours, timeZone }: { hours: readonly HourlyLoad[]; timeZone: string | undefined }) {
  const colours = useColours();
  const option = useMemo(() => {
    const { signal } = colours;
    const highest = Math.max(0, ...hours.map(({ loadingPct }) => loadingPct));
    const limits = [
      { y: 100, label: '100%', colour: signal.warn },
      { y: 120, label: '120%', colour: signal.bad },
      { y: 150, label: '150%', colour: signal.bad },
    ];
    return lineOption([{ name: 'Load', points: hours.map(({ at, loadingPct }) => [Date.parse(at), loadingPct]), colour: signal.accent }], {
      unit: '%',
      colours,
      timeLabel: (at) => axisSpan(at, 'DAY', timeZone),
      // Limits far above the load would press it flat.
      marks: limits.filter(({ y }) => y <= Math.max(100, highest * 1.1)),
      tooltip: (index) => {
        const hour = hours[index];
        if (hour === undefined) return '';
        return [formatInstant(hour.at, timeZone), `${formatQuantity(hour.loadingPct, '%', 1)}, ${formatQuantity(hour.loadKva, 'kVA', 1)}`, formatCoverage(hour.coveragePct)]
          .map(escaped)
          .join('<br/>');
      },
    });
  }, [hours, timeZone, colours]);
  if (hours.length === 0) return <EmptyState title="No load is on record for this transformer" />;
  return <Chart option={option} heightPx={220} label="Load of this transformer by hour, in percent of its rating" />;
}
