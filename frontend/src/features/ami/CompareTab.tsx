import { useMemo } from 'react';

import { formatNumber, formatQuantity, UNKNOWN } from '../../lib/format';
import { Chart } from '../../ui/Chart';
import { CsvButton } from '../../ui/CsvButton';
import { DataTable } from '../../ui/DataTable';
import type { ShownColumn } from '../../ui/DataTable';
import { Figures } from '../../ui/Figures';
import { Maybe } from '../../ui/Maybe';
import { Note } from '../../ui/Note';
import { EmptyState } from '../../ui/StateMessage';
import { useColours } from '../../ui/palette';

import { Answer } from './Answer';
import { Choice } from './Choice';
import { PeriodPicker } from './PeriodPicker';
import { basePeriod, beginsOnSameWeekday } from './address';
import type { Bucket } from './address';
import { escaped, lineOption } from './charts';
import { fileName } from './context';
import type { TabProps } from './context';
import { dayCount, formatPeriod } from './days';
import type { Period } from './days';
import { energyUnit, formatEnergy, formatEnergyIn } from './energy';
import { UsageComparisonQuery } from './queries';
import type { ComparedSpan, UsageComparison } from './queries';
import { meterFilters, mostDaysOfSeries } from './scope';
import { useAnalysis } from './useAnalysis';
import { boundWord, BUCKET_WORDS, formatCoverage, formatSpan, spanForFile } from './words';

type BaseChoice = 'before' | 'year' | 'own';

/** A period against another. */
export function CompareTab({ view, period, timeZone, change }: TabProps) {
  const base = basePeriod(view.base, period);
  const { bucket } = view;
  const analysis = useAnalysis({
    query: UsageComparisonQuery,
    variables: {
      ...period,
      baseFirstDay: base.firstDay,
      baseLastDay: base.lastDay,
      bucket,
      filters: meterFilters(view),
    },
  });
  const points = analysis.data?.usageComparison.points;
  const columns = useMemo(() => columnsOf(points ?? [], bucket, timeZone), [points, bucket, timeZone]);
  const longest = Math.max(dayCount(period), dayCount(base));
  const choice: BaseChoice = typeof view.base === 'string' ? view.base : 'own';
  return (
    <Answer
      title="Use against another period"
      note={`${formatPeriod(period)} against ${formatPeriod(base)}`}
      analysis={analysis}
      field="usageComparison"
      testId="ami-comparison"
      minHeight={400}
      tools={
        <>
          <Choice<BaseChoice>
            label="Compared with"
            value={choice}
            options={[
              { value: 'before', label: 'The period before' },
              { value: 'year', label: '52 weeks before' },
              { value: 'own', label: 'Other days' },
            ]}
            onChange={(next) => change({ base: next === 'own' ? base : next })}
          />
          {choice === 'own' && <PeriodPicker name="Other days" period={base} newestDay={null} onChange={(next) => change({ base: next })} />}
          <Choice<Bucket>
            label="Compared by"
            value={bucket}
            options={(['HOUR', 'DAY', 'MONTH'] as const).map((each) => {
              const most = mostDaysOfSeries(each, view.scope);
              return {
                value: each,
                label: BUCKET_WORDS[each],
                isDisabled: longest > most && each !== bucket,
                why: longest > most ? `Given for at most ${formatNumber(most)} days at a time` : undefined,
              };
            })}
            onChange={(next) => change({ bucket: next })}
          />
          <CsvButton
            name={fileName(`comparison-by-${bucket}`, view, period)}
            rows={points ?? []}
            columns={columns}
            what="the comparison"
          />
        </>
      }
    >
      {({ usageComparison }) => (
        <>
          <Comparison comparison={usageComparison} period={period} base={base} bucket={bucket} timeZone={timeZone} />
          <DataTable
            caption="Span by span, paired by their place in the period"
            rows={usageComparison.points}
            columns={columns}
            rowKey={({ current, base: other }) => `${current?.start ?? ''}|${other?.start ?? ''}`}
            maxHeightPx={320}
            testId="ami-comparison-table"
          />
        </>
      )}
    </Answer>
  );
}

interface ComparisonProps {
  comparison: UsageComparison;
  period: Period;
  base: Period;
  bucket: Bucket;
  timeZone: string | undefined;
}

function Comparison({ comparison, period, base, bucket, timeZone }: ComparisonProps) {
  const colours = useColours();
  const { current, points } = comparison;
  const option = useMemo(() => {
    const { unit, kwh } = energyUnit(points.flatMap((point) => [point.current?.usageKwh, point.base?.usageKwh]));
    const scaled = (value: number | null | undefined): number | null => (value == null ? null : value / kwh);
    const place = (index: number): string => String(index + 1);
    return lineOption(
      [
        {
          name: 'this period',
          points: points.map((point, index) => [place(index), scaled(point.current?.usageKwh)]),
          colour: colours.signal.accent,
        },
        {
          name: 'the other',
          points: points.map((point, index) => [place(index), scaled(point.base?.usageKwh)]),
          colour: colours.signal.warn,
          isDashed: true,
        },
      ],
      {
        unit,
        colours,
        tooltip: (index) => {
          const point = points[index];
          if (point === undefined) return '';
          return [point.current, point.base]
            .map((span) => (span == null ? '' : `${formatSpan(span.start, bucket, timeZone)}: ${formatEnergy(span.usageKwh)}`))
            .filter((line) => line !== '')
            .map(escaped)
            .join('<br/>');
        },
      },
    );
  }, [points, bucket, timeZone, colours]);
  if (current.usageKwh == null && comparison.base.usageKwh == null) {
    return <EmptyState title="There are no readings of either period" />;
  }
  return (
    <>
      <Figures
        figures={[
          sumFigure('This period', current),
          sumFigure('The other period', comparison.base),
          {
            label: 'Difference',
            value: comparison.differenceKwh == null ? 'not known' : signed(comparison.differenceKwh, formatEnergy),
            detail: comparison.differenceKwh == null ? 'one of the periods has no readings' : wholeText(comparison),
          },
          {
            label: 'Difference per day',
            value: comparison.differencePct == null ? 'not known' : signed(comparison.differencePct, (value) => formatQuantity(value, '%', 1)),
            isWarning: comparison.coverageDiffers,
            detail: comparison.coverageDiffers ? 'metered to different shares: compare with care' : undefined,
          },
        ]}
      />
      <Chart option={option} heightPx={230} label={`Use by ${BUCKET_WORDS[bucket].toLowerCase()} in both periods`} />
      {!beginsOnSameWeekday(period, base) && bucket !== 'MONTH' && (
        <Note>The periods begin on different days of the week, so working days may be compared with weekends.</Note>
      )}
    </>
  );
}

function sumFigure(label: string, part: UsageComparison['current']) {
  return {
    label,
    value: part.usageKwh == null ? 'no readings' : boundWord(part.isPartial, true) + formatEnergy(part.usageKwh),
    detail: part.kwhPerDay == null ? undefined : `${formatEnergy(part.kwhPerDay)} per day, ${formatCoverage(part.coveragePct)}`,
  };
}

function wholeText({ current, base }: UsageComparison): string {
  return current.isPartial || base.isPartial ? 'of what was metered of the whole periods' : 'of the whole periods';
}

/** Written with its sign: of a difference it is what matters. */
export function signed(value: number, format: (size: number) => string): string {
  return `${value > 0 ? '+' : value < 0 ? '−' : ''}${format(Math.abs(value))}`;
}

function columnsOf(points: readonly ComparedSpan[], bucket: Bucket, timeZone: string | undefined): ShownColumn<ComparedSpan>[] {
  const unit = energyUnit(points.flatMap((point) => [point.current?.usageKwh, point.base?.usageKwh]));
  const side = (key: 'current' | 'base', label: string): ShownColumn<ComparedSpan>[] => [
    {
      key: `${key}Start`,
      label,
      value: (point) => (point[key] == null ? null : spanForFile(point[key].start, bucket, timeZone)),
      cell: (point) => (point[key] == null ? 'no such span' : formatSpan(point[key].start, bucket, timeZone)),
    },
    {
      key: `${key}Use`,
      label: key === 'current' ? 'Use' : 'Other use',
      unit: 'kWh',
      isNumber: true,
      value: (point) => point[key]?.usageKwh ?? null,
      cell: (point) => (
        <>
          {boundWord(point[key]?.isPartial ?? false, point[key]?.usageKwh != null)}
          <Maybe text={formatEnergyIn(unit, point[key]?.usageKwh)} />
        </>
      ),
    },
  ];
  return [
    ...side('current', 'This period'),
    ...side('base', 'Other period'),
    {
      key: 'difference',
      label: 'Difference',
      unit: 'kWh',
      isNumber: true,
      value: ({ differenceKwh }) => differenceKwh ?? null,
      cell: ({ differenceKwh }) => 
        differenceKwh == null ? <Maybe text={UNKNOWN} /> : signed(differenceKwh, (size) => formatEnergyIn(unit, size)),
    },
    {
      key: 'differencePct',
      label: 'Change',
      unit: '%',
      isNumber: true,
      value: ({ differencePct }) => differencePct ?? null,
      cell: ({ differencePct }) =>
        differencePct == null ? <Maybe text={UNKNOWN} /> : signed(differencePct, (value) => formatQuantity(value, '%', 1)),
    },
  ];
}
