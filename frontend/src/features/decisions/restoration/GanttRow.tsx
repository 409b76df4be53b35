import { useTheme } from '@mui/material/styles';

import { SERIES, useColours } from '../../../ui/palette';

import type { CrewRow, Span } from './gantt';
import type { Step } from './queries';

export const ROW_PX = 24;
const BAR_PX = 14;

interface Props {
  row: CrewRow;
  topPx: number;
  span: Span;
  percent: (hour: number) => string;
  /** Of the chart; ids of its jobs begin with it. */
  id: string;
  active: Step | null;
  /** What the active job requires. */
  parent: Step | undefined;
  onChoose: (step: Step) => void;
  labelOf: (step: Step) => string;
}

/** The jobs of one crew. */
export function GanttRow({ row, topPx, span, percent, id, active, parent, onChoose, labelOf }: Props) {
  const { mode } = useTheme().palette;
  const { surface, signal } = useColours();
  const top = topPx + (ROW_PX - BAR_PX) / 2;
  const middle = topPx + ROW_PX / 2;
  const width = (fromH: number, toH: number): string => `${Math.max(0, ((toH - fromH) / (span.toH - span.fromH)) * 100)}%`;
  const inSight = row.steps.filter(({ leavesH, finishedH, energisedH }) => leavesH <= span.toH && Math.max(finishedH, energisedH) >= span.fromH);
  return (
    <>
      {inSight.map((step) => {
        const isActive = step.sequence === active?.sequence;
        const isParent = step.sequence === parent?.sequence;
        const frame = isActive || isParent ? surface.text : step.isCritical ? signal.warn : 'none';
        return (
          <g key={step.sequence} id={`${id}-${step.sequence}`} role="option" aria-selected={isActive} aria-label={labelOf(step)} onClick={() => onChoose(step)} style={{ cursor: 'pointer' }}>
            <title>{labelOf(step)}</title>
            {step.startsH > step.leavesH && (
              <rect x={percent(step.leavesH)} y={middle - 3} width={width(step.leavesH, step.startsH)} height={6} fill={`url(#${id}-drive)`} stroke={surface.muted} strokeWidth={0.5} />
            )}
            <rect
              x={percent(step.startsH)}
              y={top}
              width={width(step.startsH, step.finishedH)}
              height={BAR_PX}
              rx={2}
              fill={SERIES[mode][step.kind === 'BRANCH_TRIP' ? 2 : 0]}
              fillOpacity={isActive ? 1 : 0.75}
              stroke={frame}
              strokeWidth={isActive ? 2.5 : 2}
              strokeDasharray={isParent && !isActive ? '4 2' : undefined}
            />
            {step.energisedH > step.finishedH && (
              <line x1={percent(step.finishedH)} x2={percent(step.energisedH)} y1={middle} y2={middle} stroke={surface.muted} strokeDasharray="2 2" />
            )}
            <text x={percent(step.energisedH)} y={middle + 3.5} fontSize={9} textAnchor="middle" fill={signal.good} stroke={surface.panel} strokeWidth={2} paintOrder="stroke">
              ◆
            </text>
            {step.wouldTrip !== null && step.wouldTrip > 0 && (
              <text x={percent(step.startsH)} y={middle + 4} dx={4} fontSize={12} fontWeight={700} fill={surface.panel}>
                !
              </text>
            )}
          </g>
        );
      })}
    </>
  );
}
