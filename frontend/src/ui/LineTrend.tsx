import { useTheme } from '@mui/material/styles';
import { useMemo } from 'react';

import { formatInstant, formatQuantity } from '../lib/format';

import { Chart } from './Chart';
import type { ChartOption } from './Chart';
import { SERIES, useColours } from './palette';

interface Props {
  /** Instants, ISO 8601. */
  at: readonly string[];
  values: readonly (number | null)[];
  unit: string;
  name: string;
  timeZone: string | undefined;
  heightPx?: number;
}

/** How one figure went. A moment whose value is not known is a gap, never a zero. */
export function LineTrend({ at, values, unit, name, timeZone, heightPx = 160 }: Props) {
  const { surface } = useColours();
  const { mode } = useTheme().palette;
  const colour = SERIES[mode][0];
  const option = useMemo(
    (): ChartOption => ({
      color: [colour ?? surface.text],
      grid: { left: 8, right: 12, top: 12, bottom: 4, containLabel: true },
      tooltip: {
        trigger: 'axis',
        valueFormatter: (value) => (typeof value === 'number' ? formatQuantity(value, unit) : 'not known'),
      },
      xAxis: {
        type: 'category',
        data: at.map((each) => formatInstant(each, timeZone)),
        axisLabel: { color: surface.muted, formatter: (text: string) => text.split(',')[0] ?? text, hideOverlap: true },
        boundaryGap: false,
      },
      yAxis: { type: 'value', scale: true, axisLabel: { color: surface.muted }, splitLine: { lineStyle: { color: surface.line } } },
      series: [{ type: 'line', name, data: [...values], showSymbol: values.filter((value) => value !== null).length < 3, connectNulls: false }],
    }),
    [at, values, unit, name, timeZone, surface, colour],
  );
  return <Chart option={option} heightPx={heightPx} label={describe(name, values, unit)} />;
}

function describe(name: string, values: readonly (number | null)[], unit: string): string {
  const known = values.filter((value) => value !== null);
  const last = known.at(-1);
  if (last === undefined) return `${name}: no value is known.`;
  return `${name}: lowest ${formatQuantity(Math.min(...known), unit)}, highest ${formatQuantity(Math.max(...known), unit)}, last ${formatQuantity(last, unit)}.`;
}
