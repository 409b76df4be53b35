import { formatNumber } from '../../lib/format';
import type { ChartOption } from '../../ui/Chart';
import type { Colours } from '../../ui/palette';

import type { Cycle, OutlookGroup } from './patternQueries';

export interface Bar {
  label: string;
  count: number;
  isOverdue: boolean;
}

/** Bars of the years to encroachment: overdue first, then by the edges, at last those who never do. */
export function outlookBars(total: OutlookGroup, edges: readonly number[]): Bar[] {
  const due = total.dueCounts.map((count, i): Bar => {
    const from = i === 0 ? 0 : (edges[i - 1] ?? 0);
    const to = edges[i];
    return { label: to === undefined ? `> ${from}` : `${from}–${to}`, count, isOverdue: false };
  });
  return [
    { label: 'Overdue', count: total.overdueCount, isOverdue: true },
    ...due,
    { label: 'Never', count: total.neverCount, isOverdue: false },
    { label: 'Unknown', count: total.unknownCount, isOverdue: false },
  ];
}

export function outlookOption(bars: readonly Bar[], { surface, signal }: Colours): ChartOption {
  return {
    grid: { left: 4, right: 8, top: 22, bottom: 4, containLabel: true },
    tooltip: { trigger: 'axis', axisPointer: { type: 'shadow' } },
    xAxis: {
      type: 'category',
      data: bars.map(({ label }) => label),
      axisLabel: { color: surface.muted, interval: 0, fontSize: 10, hideOverlap: true },
      axisTick: { show: false },
      axisLine: { lineStyle: { color: surface.line } },
    },
    yAxis: {
      type: 'value',
      minInterval: 1,
      axisLabel: { color: surface.muted, formatter: (value: number) => formatNumber(value) },
      splitLine: { lineStyle: { color: surface.line } },
    },
    series: [
      {
        type: 'bar',
        name: 'Trees',
        data: bars.map(({ count, isOverdue }) => ({ value: count, itemStyle: { color: isOverdue ? signal.bad : signal.accent } })),
        label: { show: true, position: 'top', color: surface.text, fontSize: 10 },
        barCategoryGap: '25%',
      },
    ],
  };
}

/** Spans that encroach between two visits, with their range, and the hours of crews, over the cycle. */
export function cyclesOption(cycles: readonly Cycle[], current: number, { surface, signal }: Colours): ChartOption {
  const labels = cycles.map(({ cycleYears }) => `${cycleYears} y`);
  const axis = { axisLabel: { color: surface.muted }, splitLine: { lineStyle: { color: surface.line } } };
  const line = (name: string, values: number[], type: 'solid' | 'dashed' | 'dotted') => ({
    type: 'line' as const,
    name,
    data: values,
    symbolSize: 5,
    lineStyle: { color: signal.warn, width: type === 'solid' ? 2 : 1, type },
    itemStyle: { color: signal.warn },
    showSymbol: type === 'solid',
  });
  const isCurrent = (cycle: Cycle): boolean => cycle.cycleYears === current;
  return {
    grid: { left: 8, right: 8, top: 44, bottom: 4, containLabel: true },
    legend: { top: 0, textStyle: { color: surface.text, fontSize: 11 }, itemHeight: 8 },
    tooltip: { trigger: 'axis', valueFormatter: (value) => formatNumber(Number(value)) },
    xAxis: {
      type: 'category',
      data: labels,
      axisLabel: { color: surface.muted },
      axisLine: { lineStyle: { color: surface.line } },
    },
    yAxis: [
      { type: 'value', name: 'spans', minInterval: 1, nameTextStyle: { color: surface.muted }, ...axis },
      { type: 'value', name: 'h a year', nameTextStyle: { color: surface.muted }, ...axis, splitLine: { show: false } },
    ],
    series: [
      {
        type: 'bar',
        name: 'Crew hours a year',
        yAxisIndex: 1,
        data: cycles.map((cycle) => ({
          value: cycle.crewHPerYear,
          itemStyle: { color: signal.accent, opacity: isCurrent(cycle) ? 0.9 : 0.5 },
        })),
        itemStyle: { color: signal.accent },
        barMaxWidth: 34,
      },
      line('Spans encroaching between visits', cycles.map((each) => each.encroachingSpans), 'solid'),
      line('with slow growth', cycles.map((each) => each.encroachingSpansLow), 'dotted'),
      line('with fast growth', cycles.map((each) => each.encroachingSpansHigh), 'dashed'),
    ],
  };
}
