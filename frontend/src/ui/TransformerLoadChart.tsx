import Typography from '@mui/material/Typography';
import { useMemo } from 'react';
import { useQuery } from 'urql';

import { formatInstant, formatNumber, formatQuantity, humanize, plural } from '../lib/format';
import { problemOf } from '../lib/graphql/errors';
import { TransformerLoadQuery } from '../lib/transformers/queries';

import { Chart } from './Chart';
import type { ChartOption } from './Chart';
import { EmptyState, ErrorState, LoadingState } from './StateMessage';
import { useColours } from './palette';
import type { Colours } from './palette';

const DAYS = 14;

interface LoadPoint {
  at: string;
  loadKva?: number | null;
  loadingPct?: number | null;
  /** Of the hour that was metered; below 100 the load is a lower bound. */
  coveragePct?: number | null;
  hotSpotC?: number | null;
  thermalStress?: string | null;
}

/** The hour in which the winding was hottest; null while no temperature is known. */
export function hottestHour<Point extends LoadPoint>(points: readonly Point[]): Point | null {
  return points.reduce<Point | null>(
    (hottest, point) => (point.hotSpotC != null && point.hotSpotC > (hottest?.hotSpotC ?? -Infinity) ? point : hottest),
    null,
  );
}

/** Load over time with the rating as a line, and the hot spot where it is known; hours without a reading are gaps. */
export function loadChartOption(
  points: readonly LoadPoint[],
  ratedKva: number,
  { surface, signal }: Colours,
  timeZone?: string,
): ChartOption {
  const values = points.map((point): [number, number | null] => [Date.parse(point.at), point.loadKva ?? null]);
  const peak = values.reduce((highest, [, value]) => Math.max(highest, value ?? 0), 0);
  const hotSpots = points.map((point): [number, number | null] => [Date.parse(point.at), point.hotSpotC ?? null]);
  const isHeatKnown = hottestHour(points) !== null;
  const day = new Intl.DateTimeFormat('en-US', { month: 'short', day: 'numeric', timeZone });
  return {
    grid: { left: 44, right: isHeatKnown ? 36 : 12, top: 14, bottom: 24 },
    tooltip: {
      trigger: 'axis',
      backgroundColor: surface.raised,
      borderColor: surface.line,
      textStyle: { color: surface.text, fontSize: 12 },
      formatter: (entries) => {
        const first = Array.isArray(entries) ? entries[0] : entries;
        const point = first === undefined ? undefined : points[first.dataIndex];
        if (point === undefined) return '';
        const bound = point.coveragePct != null && point.coveragePct < 100 ? 'at least ' : '';
        const load = `${bound}${formatQuantity(point.loadKva, 'kVA', 1)}, ${formatQuantity(point.loadingPct, '%', 1)}`;
        const heat = point.hotSpotC == null ? '' : `<br/>hot spot ${formatQuantity(point.hotSpotC, '°C', 0)}`;
        return `${formatInstant(point.at, timeZone)}<br/>${load}${heat}`;
      },
    },
    xAxis: {
      type: 'time',
      axisLabel: { color: surface.muted, fontSize: 11, hideOverlap: true, formatter: (at: number) => day.format(at) },
      axisLine: { lineStyle: { color: surface.line } },
      splitLine: { show: false },
    },
    yAxis: [
      {
        type: 'value',
        name: 'kVA',
        nameTextStyle: { color: surface.muted, fontSize: 11 },
        nameGap: 2,
        max: Math.max(peak, ratedKva) * 1.1,
        axisLabel: { color: surface.muted, fontSize: 11, formatter: (value: number) => formatNumber(value), showMaxLabel: false },
        splitLine: { lineStyle: { color: surface.line } },
      },
      {
        type: 'value',
        name: '°C',
        show: isHeatKnown,
        min: 0,
        nameTextStyle: { color: surface.muted, fontSize: 11 },
        nameGap: 2,
        axisLabel: { color: surface.muted, fontSize: 11, showMaxLabel: false },
        splitLine: { show: false },
      },
    ],
    series: [
      {
        type: 'line',
        name: 'Load',
        data: values,
        showSymbol: false,
        connectNulls: false,
        lineStyle: { width: 1.4, color: signal.accent },
        itemStyle: { color: signal.accent },
        markLine: {
          silent: true,
          symbol: 'none',
          lineStyle: { color: signal.warn, type: 'dashed' },
          label: { formatter: 'rating', color: signal.warn, fontSize: 11, position: 'insideEndTop' },
          data: [{ yAxis: ratedKva }],
        },
      },
      {
        type: 'line',
        name: 'Hot spot',
        yAxisIndex: 1,
        data: isHeatKnown ? hotSpots : [],
        showSymbol: false,
        connectNulls: false,
        lineStyle: { width: 1, color: signal.bad },
        itemStyle: { color: signal.bad },
      },
    ],
  };
}

interface Props {
  assetId: string;
  ratedKva: number;
  heightPx: number;
  timeZone: string | undefined;
  /** How far back, from the newest hour on record. */
  days?: number;
}

export function TransformerLoadChart({ assetId, ratedKva, heightPx, timeZone, days = DAYS }: Props) {
  const [{ data, error, fetching }, refetch] = useQuery({
    query: TransformerLoadQuery,
    variables: { assetId, hours: days * 24 },
  });
  const points = data?.transformerLoad;
  const colours = useColours();
  const option = useMemo(
    () => (points === undefined ? null : loadChartOption(points, ratedKva, colours, timeZone)),
    [points, ratedKva, colours, timeZone],
  );
  if (points === undefined || option === null) {
    if (error !== undefined && !fetching) return <ErrorState title={problemOf(error).message} onRetry={refetch} />;
    return <LoadingState label="Loading the load of this transformer" minHeight={heightPx} />;
  }
  if (points.length === 0) return <EmptyState title="No load is recorded for this transformer" />;
  const hottest = hottestHour(points);
  const lowCount = points.filter((point) => point.coveragePct != null && point.coveragePct < 100).length;
  return (
    <>
      <Chart option={option} heightPx={heightPx} label={`Load of ${assetId} in kVA over the last ${days} days`} />
      {hottest !== null && (
        <Typography variant="caption" component="p" color="textSecondary" data-testid="hottest-hour">
          Hottest winding {formatQuantity(hottest.hotSpotC, '°C', 0)}, {formatInstant(hottest.at, timeZone)}; thermal stress{' '}
          {humanize(hottest.thermalStress ?? '').toLowerCase()}.
        </Typography>
      )}
      {lowCount > 0 && (
        <Typography variant="caption" component="p" color="textSecondary" data-testid="load-lower-bound">
          In {plural(lowCount, 'hour')} not all meters had reported: the load is a lower bound there.
        </Typography>
      )}
    </>
  );
}
