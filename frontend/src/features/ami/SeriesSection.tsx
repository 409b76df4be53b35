import { useMemo } from 'react';

import { formatNumber, formatQuantity } from '../../lib/format';
import type { Column } from '../../lib/tableColumns';
import { Chart } from '../../ui/Chart';
import { CsvButton } from '../../ui/CsvButton';
import { Figures } from '../../ui/Figures';
import { Note } from '../../ui/Note';
import { EmptyState } from '../../ui/StateMessage';
import { useColours } from '../../ui/palette';

import { Answer } from './Answer';
import { Choice } from './Choice';
import { BUCKETS } from './address';
import type { Bucket } from './address';
import { barOption, escaped, lineOption } from './charts';
import { fileName } from './context';
import type { TabProps } from './context';
import { dayCount, formatPeriod } from './days';
import { energyUnit, formatEnergy, formatShare } from './energy';
import { UsageSeriesQuery } from './queries';
import type { UsageSeries, UsageSpan } from './queries';
import { meterFilters, mostDaysOfSeries } from './scope';
import { useAnalysis } from './useAnalysis';
import { axisSpan, boundWord, BUCKET_WORDS, formatCoverage, formatSpan, spanForFile } from './words';

/** What was used by hour, day or month. */
export function SeriesSection({ view, period, timeZone, change }: TabProps) {
  const { bucket, scope } = view;
  const analysis = useAnalysis({
    query: UsageSeriesQuery,
    variables: { ...period, bucket, filters: meterFilters(view) },
  });
  const columns = useMemo(() => seriesColumns(bucket, timeZone), [bucket, timeZone]);
  const days = dayCount(period);
  return (
    <Answer
      title="Use over time"
      note={formatPeriod(period)}
      analysis={analysis}
      field="usageSeries"
      testId="ami-series"
      minHeight={330}
      tools={
        <>
          <Choice<Bucket>
            label="Use by"
            value={bucket}
            options={BUCKETS.map((each) => {
              const most = mostDaysOfSeries(each, scope);
              return {
                value: each,
                label: BUCKET_WORDS[each],
                isDisabled: days > most && each !== bucket,
                why: days > most ? `Given for at most ${formatNumber(most)} days at a time` : undefined,
              };
            })}
            onChange={(next) => change({ bucket: next })}
          />
          <CsvButton
            name={fileName(`use-by-${bucket}`, view, period)}
            rows={analysis.data?.usageSeries.points ?? []}
            columns={columns}
            what="the use over time"
          />
        </>
      }
    >
      {({ usageSeries }) => <Series series={usageSeries} bucket={bucket} days={days} timeZone={timeZone} />}
    </Answer>
  );
}

function seriesColumns(bucket: Bucket, timeZone: string | undefined): Column<UsageSpan>[] {
  return [
    { key: 'start', label: 'start', value: ({ start }) => spanForFile(start, bucket, timeZone) },
    { key: 'use', label: 'use', unit: 'kWh', value: ({ usageKwh }) => usageKwh ?? null },
    { key: 'coverage', label: 'metered', unit: '%', value: ({ coveragePct }) => coveragePct ?? null },
    { key: 'estimated', label: 'estimated readings', unit: '%', value: ({ estimatedPct }) => estimatedPct ?? null },
    { key: 'outage', label: 'without supply', unit: 'meter-minutes', value: ({ outageMinutes }) => outageMinutes ?? null },
    { key: 'partial', label: 'lower bound', value: ({ isPartial }) => (isPartial ? 'yes' : 'no') },
  ];
}

function Series({ series, bucket, days, timeZone }: { series: UsageSeries; bucket: Bucket; days: number; timeZone: string | undefined }) {
  const colours = useColours();
  const { points } = series;
  const option = useMemo(() => {
    const { unit, kwh } = energyUnit(points.map(({ usageKwh }) => usageKwh));
    const value = ({ usageKwh }: UsageSpan): number | null => (usageKwh == null ? null : usageKwh / kwh);
    const frame = {
      unit,
      colours,
      tooltip: (index: number) => {
        const point = points[index];
        if (point === undefined) return '';
        return `${escaped(formatSpan(point.start, bucket, timeZone))}<br/>${escaped(textOf(point))}<br/>${escaped(formatCoverage(point.coveragePct))}`;
      },
    };
    if (bucket === 'HOUR') {
      return lineOption([{ name: 'Use', points: points.map((point) => [Date.parse(point.start), value(point)]), colour: colours.signal.accent }], {
        ...frame,
        timeLabel: (at) => axisSpan(at, bucket, timeZone),
      });
    }
    const bars = points.map((point) => ({ x: axisSpan(point.start, bucket, timeZone), y: value(point), isPartial: point.isPartial }));
    return barOption({ name: 'Use', values: bars, colour: colours.signal.accent }, frame);
  }, [points, bucket, timeZone, colours]);
  if (series.usageKwh == null) {
    return <EmptyState title="There are no readings of these days" detail={`${formatNumber(series.meterCount)} meters are on record.`} />;
  }
  return (
    <>
      <Figures
        figures={[
          {
            label: 'Use',
            value: textOf(series),
            detail: `${formatEnergy(series.usageKwh / days)} per day`,
          },
          { label: 'Meters on record', value: formatNumber(series.meterCount) },
          {
            label: 'Metered time',
            value: series.coveragePct == null ? 'not known' : formatShare(series.coveragePct, 1),
            detail: series.isPartial ? 'the use is a lower bound' : undefined,
            isWarning: series.isPartial,
          },
          { label: 'Estimated readings', value: formatShare(series.estimatedPct, 2) },
          { label: 'Without supply', value: formatQuantity(series.outageMinutes == null ? null : series.outageMinutes / 60, 'meter-hours', 0) },
        ]}
      />
      <Chart option={option} heightPx={230} label={`Use by ${BUCKET_WORDS[bucket].toLowerCase()}: ${textOf(series)} in all`} />
      {points.some((point) => point.isPartial) && (
        <Note>
          {bucket === 'HOUR' ? 'Hours metered in part are lower bounds' : 'Pale bars were metered in part: they are lower bounds'}. Spans
          without readings are left empty.
        </Note>
      )}
    </>
  );
}

function textOf({ usageKwh, isPartial }: { usageKwh?: number | null; isPartial: boolean }): string {
  return usageKwh == null ? 'no readings' : boundWord(isPartial, true) + formatEnergy(usageKwh);
}
