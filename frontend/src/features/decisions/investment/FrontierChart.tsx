import { useTheme } from '@mui/material/styles';
import { useMemo } from 'react';

import { formatUsd } from '../../../lib/costs/words';
import { Chart } from '../../../ui/Chart';
import type { ChartOption } from '../../../ui/Chart';
import { SERIES, useColours } from '../../../ui/palette';

import type { Frontier } from './frontier';
import type { Investment } from './queries';

interface Props {
  frontier: Frontier;
  portfolio: Investment['portfolio'];
  budgetUsd: number;
  trialUsd: number | null;
  mostUsd: number;
}

/** More points than a screen has pixels show nothing more. */
const MOST_DRAWN = 1500;

/** The most that each budget can save by the benefits of measures alone, and what the study's set saves together. */
export function FrontierChart({ frontier, portfolio, budgetUsd, trialUsd, mostUsd }: Props) {
  const { mode } = useTheme().palette;
  const { surface } = useColours();
  const option = useMemo<ChartOption>(() => {
    const every = Math.ceil(frontier.points.length / MOST_DRAWN);
    const drawn = frontier.points.filter((_point, index) => index % every === 0 || index === frontier.points.length - 1);
    const last = drawn.at(-1);
    const curve = drawn.map(({ costUsd, benefitUsd }) => [costUsd, benefitUsd]);
    if (last !== undefined && last.costUsd < mostUsd) curve.push([mostUsd, last.benefitUsd]);
    const [blue, orange] = [SERIES[mode][0], SERIES[mode][1]];
    const money = (value: number): string => formatUsd(value);
    const marks = [
      { xAxis: budgetUsd, label: { formatter: 'budget' } },
      ...(trialUsd === null ? [] : [{ xAxis: trialUsd, label: { formatter: 'tried' }, lineStyle: { color: orange, type: 'solid' as const } }]),
    ];
    const { low, mid, high } = portfolio.benefitUsd;
    return {
      grid: { left: 12, right: 40, top: 34, bottom: 26, containLabel: true },
      legend: { top: 0, right: 8, textStyle: { color: surface.text } },
      tooltip: { trigger: 'axis', valueFormatter: (value) => money(Number(value)) },
      xAxis: { type: 'value', name: 'budget', nameLocation: 'middle', nameGap: 24, min: 0, max: mostUsd, axisLabel: { color: surface.muted, formatter: money, hideOverlap: true }, splitLine: { show: false } },
      yAxis: { type: 'value', name: 'benefit', min: 0, axisLabel: { color: surface.muted, formatter: money }, splitLine: { lineStyle: { color: surface.line } } },
      series: [
        {
          type: 'line',
          step: 'end',
          name: 'Each alone, added up',
          showSymbol: false,
          lineStyle: { color: blue },
          itemStyle: { color: blue },
          data: curve,
          markLine: { symbol: 'none', silent: true, lineStyle: { color: surface.text, type: 'dashed' }, label: { color: surface.text }, data: marks },
        },
        {
          type: 'line',
          name: 'Simulated together, low to high',
          symbol: 'diamond',
          symbolSize: 9,
          lineStyle: { color: orange, width: 2 },
          itemStyle: { color: orange },
          data: [low, mid, high].flatMap((value) => (value === null ? [] : [[portfolio.costUsd, value]])),
        },
      ],
    };
  }, [frontier, portfolio, budgetUsd, trialUsd, mostUsd, mode, surface]);
  return <Chart option={option} heightPx={250} label={`Benefit against budget up to ${formatUsd(mostUsd)}; the measures are in the table below`} />;
}
