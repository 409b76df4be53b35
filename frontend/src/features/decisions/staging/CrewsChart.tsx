import { useTheme } from '@mui/material/styles';
import { useMemo } from 'react';

import { formatNumber } from '../../../lib/format';
import { Chart } from '../../../ui/Chart';
import type { ChartOption } from '../../../ui/Chart';
import { SERIES, useColours } from '../../../ui/palette';

import type { StagingPlan } from './queries';

/** Hours without supply by the number of crews: the plan, and P20 to P80 of the draws. */
export function CrewsChart({ plans, recommended, hours }: { plans: readonly StagingPlan[]; recommended: number | null; hours: string }) {
  const { mode } = useTheme().palette;
  const { surface } = useColours();
  const option = useMemo<ChartOption>(() => {
    const line = (name: string, colour: number, type: 'solid' | 'dashed' | 'dotted', value: (plan: StagingPlan) => number | null) => {
      const color = SERIES[mode][colour];
      return { type: 'line' as const, name, showSymbol: plans.length < 30, symbolSize: 5, lineStyle: { type, color }, itemStyle: { color }, data: plans.map((plan) => [plan.crews, value(plan)]) };
    };
    const planned = line('Planned', 0, 'solid', (plan) => plan.weightedHours);
    return {
      grid: { left: 12, right: 24, top: 30, bottom: 26, containLabel: true },
      legend: { top: 0, right: 8, textStyle: { color: surface.text } },
      tooltip: { trigger: 'axis', valueFormatter: (value) => formatNumber(Number(value)) },
      xAxis: { type: 'value', name: 'crews', nameLocation: 'middle', nameGap: 24, minInterval: 1, min: 'dataMin', max: 'dataMax', axisLabel: { color: surface.muted }, splitLine: { show: false } },
      yAxis: { type: 'value', name: hours, min: 0, axisLabel: { color: surface.muted, formatter: (value: number) => formatNumber(value) }, splitLine: { lineStyle: { color: surface.line } } },
      series: [
        {
          ...planned,
          markLine:
            recommended === null
              ? undefined
              : { symbol: 'none', silent: true, lineStyle: { color: surface.text, type: 'dashed' }, label: { formatter: 'recommended', color: surface.text }, data: [{ xAxis: recommended }] },
        },
        line('P20', 3, 'dotted', ({ drawnHours }) => drawnHours.low),
        line('P50', 1, 'dashed', ({ drawnHours }) => drawnHours.mid),
        line('P80', 4, 'dotted', ({ drawnHours }) => drawnHours.high),
      ],
    };
  }, [plans, recommended, hours, mode, surface]);
  return <Chart option={option} heightPx={220} label={`${hours} without supply by the number of crews; the figures are in the table below`} />;
}
