import Typography from '@mui/material/Typography';
import { useMemo } from 'react';
import { useQuery } from 'urql';

import { formatInstant, formatNumber, formatQuantity, humanize } from '../../lib/format';
import { problemOf } from '../../lib/graphql/errors';
import { Chart } from '../../ui/Chart';
import type { ChartOption } from '../../ui/Chart';
import { EmptyState, ErrorState, LoadingState } from '../../ui/StateMessage';
import { SIGNAL, SURFACE } from '../../ui/palette';

import { TransformerLoadQuery } from './distributionQueries';

const HOURS = 336;

interface LoadPoint {
  at: string;
  loadKva?: number | null;
  loadingPct?: number | null;
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
export function loadChartOption(points: readonly LoadPoint[], ratedKva: number, timeZone?: string): ChartOption {
  const values = points.map((point): [number, number | null] => [Date.parse(point.at), point.loadKva ?? null]);
  const peak = values.reduce((highest, [, value]) => Math.max(highest, value ?? 0), 0);
  const hotSpots = points.map((point): [number, number | null] => [Date.parse(point.at), point.hotSpotC ?? null]);
  const isHeatKnown = hottestHour(points) !== null;
  const day = new Intl.DateTimeFormat('en-US', { month: 'short', day: 'numeric', timeZone });
  return {
    grid: { left: 44, right: isHeatKnown ? 36 : 12, top: 14, bottom: 24 },
    tooltip: {
      trigger: 'axis',
      backgroundColor: SURFACE.raised,
      borderColor: SURFACE.line,
      textStyle: { color: SURFACE.text, fontSize: 12 },
      formatter: (entries) => {
        const first = Array.isArray(entries) ? entries[0] : entries;
        const point = first === undefined ? undefined : points[first.dataIndex];
        if (point === undefined) return '';
        const load = `${formatQuantity(point.loadKva, 'kVA', 1)}, ${formatQuantity(point.loadingPct, '%', 1)}`;
        const heat = point.hotSpotC == null ? '' : `<br/>hot spot ${formatQuantity(point.hotSpotC, '°C', 0)}`;
        return `${formatInstant(point.at, timeZone)}<br/>${load}${heat}`;
      },
    },
    xAxis: {
      type: 'time',
      axisLabel: { color: SURFACE.muted, fontSize: 11, hideOverlap: true, formatter: (at: number) => day.format(at) },
      axisLine: { lineStyle: { color: SURFACE.line } },
      splitLine: { show: false },
    },
    yAxis: [
      {
        type: 'value',
        name: 'kVA',
        nameTextStyle: { color: SURFACE.muted, fontSize: 11 },
        nameGap: 2,
        max: Math.max(peak, ratedKva) * 1.1,
        axisLabel: { color: SURFACE.muted, fontSize: 11, formatter: (value: number) => formatNumber(value), showMaxLabel: false },
        splitLine: { lineStyle: { color: SURFACE.line } },
      },
      {
        type: 'value',
        name: '°C',
        show: isHeatKnown,
        min: 0,
        nameTextStyle: { color: SURFACE.muted, fontSize: 11 },
        nameGap: 2,
        axisLabel: { color: SURFACE.muted, fontSize: 11, showMaxLabel: false },
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
        lineStyle: { width: 1.4, color: SIGNAL.accent },
        itemStyle: { color: SIGNAL.accent },
        markLine: {
          silent: true,
          symbol: 'none',
          lineStyle: { color: SIGNAL.warn, type: 'dashed' },
          label: { formatter: 'rating', color: SIGNAL.warn, fontSize: 11, position: 'insideEndTop' },
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
        lineStyle: { width: 1, color: SIGNAL.bad },
        itemStyle: { color: SIGNAL.bad },
      },
    ],
  };
}

interface Props {
  assetId: string;
  ratedKva: number;
  heightPx: number;
  timeZone: string | undefined;
}

export function TransformerLoadChart({ assetId, ratedKva, heightPx, timeZone }: Props) {
  const [{ data, error, fetching }, refetch] = useQuery({
    query: TransformerLoadQuery,
    variables: { assetId, hours: HOURS },
  });
  const points = data?.transformerLoad;
  const option = useMemo(
    () => (points === undefined ? null : loadChartOption(points, ratedKva, timeZone)),
    [points, ratedKva, timeZone],
  );
  if (points === undefined || option === null) {
    if (error !== undefined && !fetching) return <ErrorState title={problemOf(error).message} onRetry={refetch} />;
    return <LoadingState label="Loading the load of this transformer" minHeight={heightPx} />;
  }
  if (points.length === 0) return <EmptyState title="No load is recorded for this transformer" />;
  const hottest = hottestHour(points);
  return (
    <>
      <Chart option={option} heightPx={heightPx} label={`Load of ${assetId} in kVA over the last 14 days`} />
      {hottest !== null && (
        <Typography variant="caption" component="p" color="text.secondary" data-testid="hottest-hour">
          Hottest winding {formatQuantity(hottest.hotSpotC, '°C', 0)}, {formatInstant(hottest.at, timeZone)}; thermal stress{' '}
          {humanize(hottest.thermalStress ?? '').toLowerCase()}.
        </Typography>
      )}
    </>
  );
}
