import ToggleButton from '@mui/material/ToggleButton';
import ToggleButtonGroup from '@mui/material/ToggleButtonGroup';
import { useTheme } from '@mui/material/styles';
import { useMemo, useState } from 'react';

import { formatNumber, plural } from '../../../lib/format';
import { Chart } from '../../../ui/Chart';
import type { ChartOption } from '../../../ui/Chart';
import { Note } from '../../../ui/Note';
import { SERIES, useColours } from '../../../ui/palette';
import { Part } from '../Part';

import { restoredCurve, verifiedCurve } from './gantt';
import type { Times } from './gantt';
import type { Plan, Step } from './queries';

const LINES: readonly { times: Times; name: string; dash: 'solid' | 'dashed' | 'dotted'; colour: number }[] = [
  { times: 'energisedH', name: 'Planned', dash: 'solid', colour: 0 },
  { times: 'p20H', name: 'P20', dash: 'dotted', colour: 3 },
  { times: 'p50H', name: 'P50', dash: 'dashed', colour: 1 },
  { times: 'p80H', name: 'P80', dash: 'dotted', colour: 4 },
];

/** What is back when: customers or load, as planned and by the draws of the repair times. */
export function RestoredChart({ plan, steps }: { plan: Plan; steps: readonly Step[] }) {
  const { mode } = useTheme().palette;
  const { surface } = useColours();
  const [of, setOf] = useState<'customers' | 'mw'>(plan.unit === 'CUSTOMERS' ? 'customers' : 'mw');
  const unknown = steps.filter((step) => (of === 'customers' ? step.customers : step.restoresMw) === null).length;
  const unit = of === 'customers' ? 'customers' : 'MW';
  const { option, total } = useMemo(() => {
    const amount = (step: Step): number | null => (of === 'customers' ? step.customers : step.restoresMw);
    const series = LINES.flatMap(({ times, name, dash, colour }) => {
      const points = restoredCurve(steps, times, amount);
      if (points === null) return [];
      const color = SERIES[mode][colour];
      return [{ type: 'line' as const, step: 'end' as const, name, showSymbol: false, lineStyle: { type: dash, width: 2, color }, itemStyle: { color }, data: points.map((point) => [...point]) }];
    });
    const checked = of === 'mw' ? verifiedCurve(steps) : null;
    if (checked !== null) {
      const color = surface.text;
      series.push({ type: 'line', step: 'end', name: 'Simulated', showSymbol: false, lineStyle: { type: 'solid', width: 1, color }, itemStyle: { color }, data: checked.map((point) => [...point]) });
    }
    const made: ChartOption = {
      grid: { left: 12, right: 24, top: 30, bottom: 26, containLabel: true },
      legend: { top: 0, right: 8, textStyle: { color: surface.text } },
      tooltip: { trigger: 'axis', valueFormatter: (value) => formatNumber(Number(value), of === 'mw' ? 1 : 0) },
      xAxis: { type: 'value', name: 'hours', nameLocation: 'middle', nameGap: 24, min: 0, axisLabel: { color: surface.muted }, splitLine: { lineStyle: { color: surface.line } } },
      yAxis: { type: 'value', name: unit, min: 0, axisLabel: { color: surface.muted, formatter: (value: number) => formatNumber(value) }, splitLine: { lineStyle: { color: surface.line } } },
      series,
    };
    return { option: made, total: steps.reduce((sum, step) => sum + (amount(step) ?? 0), 0) };
  }, [steps, of, mode, surface, unit]);
  return (
    <Part
      title="What is back when"
      testId="restored-chart"
      tools={
        <ToggleButtonGroup size="small" exclusive value={of} onChange={(_event, next: 'customers' | 'mw' | null) => next !== null && setOf(next)} aria-label="What is counted">
          <ToggleButton value="customers" sx={{ py: 0.25 }}>
            Customers
          </ToggleButton>
          <ToggleButton value="mw" sx={{ py: 0.25 }}>
            MW
          </ToggleButton>
        </ToggleButtonGroup>
      }
    >
      {total === 0 && unknown === steps.length ? (
        <Note>{of === 'customers' ? 'Of no job it is on record how many customers it brings back.' : 'Of no job the load it brings back is known.'}</Note>
      ) : (
        <>
          <Chart option={option} heightPx={240} label={`${formatNumber(total, of === 'mw' ? 1 : 0)} ${unit} come back over time; the jobs are in the table below`} />
          <Note>
            Each job at its own P20, P50 or P80; the milestones above are of the whole plan, draw by draw.
            {unknown > 0 && ` What ${plural(unknown, 'job')} ${unknown === 1 ? 'brings' : 'bring'} back is not known and not in the curves.`}
          </Note>
        </>
      )}
    </Part>
  );
}
