import { useMemo } from 'react';

import { formatQuantity } from '../../lib/format';
import type { Column } from '../../lib/tableColumns';
import { Chart } from '../../ui/Chart';
import { CsvButton } from '../../ui/CsvButton';
import { EmptyState } from '../../ui/StateMessage';
import { useColours } from '../../ui/palette';

import { Answer } from './Answer';
import type { Bucket } from './address';
import { escaped, lineOption } from './charts';
import { fileName } from './context';
import type { TabProps } from './context';
import { clipped, dayCount, formatPeriod, instantsOf } from './days';
import { MeterVoltageQuery } from './queries';
import type { MeterVoltage } from './queries';
import { useAnalysis } from './useAnalysis';
import { axisSpan, formatSpan, spanForFile } from './words';

const MOST_DAYS = 1_096;
/** Hours of more days than these are too dense to read. */
const MOST_DAYS_BY_HOUR = 31;

/** Lowest, mean and highest voltage of one meter over time. */
export function MeterVoltageSection({ view, timeZone, assetId, ...props }: TabProps & { assetId: string }) {
  const period = clipped(props.period, MOST_DAYS);
  const bucket = dayCount(period) <= MOST_DAYS_BY_HOUR ? 'HOUR' : 'DAY';
  const analysis = useAnalysis({
    query: MeterVoltageQuery,
    variables: { assetId, ...instantsOf(period, timeZone), bucket },
  });
  const columns = useMemo(() => columnsOf(bucket, timeZone), [bucket, timeZone]);
  return (
    <Answer
      title="Voltage of this meter"
      note={`${formatPeriod(period)}, by ${bucket === 'HOUR' ? 'hour' : 'day'}`}
      analysis={analysis}
      field="meterUsage"
      testId="ami-meter-voltage"
      minHeight={240}
      tools={
        <CsvButton name={fileName('meter-voltage', view, period)} rows={analysis.data?.meterUsage ?? []} columns={columns} what="the voltages of this meter" />
      }
    >
      {({ meterUsage }) => <MeterVoltageChart spans={meterUsage} bucket={bucket} timeZone={timeZone} />}
    </Answer>
  );
}

function columnsOf(bucket: Bucket, timeZone: string | undefined): Column<MeterVoltage>[] {
  return [
    { key: 'at', label: 'start', value: ({ at }) => spanForFile(at, bucket, timeZone) },
    { key: 'use', label: 'use', unit: 'kWh', value: ({ usageKwh }) => usageKwh },
    { key: 'min', label: 'lowest voltage', unit: 'V', value: ({ minVoltageV }) => minVoltageV ?? null },
    { key: 'mean', label: 'mean voltage', unit: 'V', value: ({ meanVoltageV }) => meanVoltageV ?? null },
    { key: 'max', label: 'highest voltage', unit: 'V', value: ({ maxVoltageV }) => maxVoltageV ?? null },
    { key: 'count', label: 'readings', value: ({ readingCount }) => readingCount ?? null },
  ];
}

function MeterVoltageChart({ spans, bucket, timeZone }: { spans: readonly MeterVoltage[]; bucket: Bucket; timeZone: string | undefined }) {
  const colours = useColours();
  const option = useMemo(() => {
    const { signal, surface } = colours;
    const line = (key: 'minVoltageV' | 'meanVoltageV' | 'maxVoltageV'): [number, number | null][] =>
      spans.map((span) => [Date.parse(span.at), span[key] ?? null]);
    return lineOption(
      [
        { name: 'mean', points: line('meanVoltageV'), colour: signal.accent },
        { name: 'lowest', points: line('minVoltageV'), colour: signal.warn },
        { name: 'highest', points: line('maxVoltageV'), colour: surface.muted, isDashed: true },
      ],
      {
        unit: 'V',
        colours,
        hasZero: false,
        timeLabel: (at) => axisSpan(at, bucket, timeZone),
        tooltip: (index) => {
          const span = spans[index];
          if (span === undefined) return '';
          const volts = (value: number | null | undefined): string => escaped(formatQuantity(value, 'V', 1));
          return `${escaped(formatSpan(span.at, bucket, timeZone))}<br/>mean ${volts(span.meanVoltageV)}<br/>${volts(span.minVoltageV)} to ${volts(span.maxVoltageV)}`;
        },
      },
    );
  }, [spans, bucket, timeZone, colours]);
  if (!spans.some(({ meanVoltageV }) => meanVoltageV != null)) return <EmptyState title="No voltage of this meter is on record for these days" />;
  return <Chart option={option} heightPx={220} label="Lowest, mean and highest voltage of this meter, in volts" />;
}
