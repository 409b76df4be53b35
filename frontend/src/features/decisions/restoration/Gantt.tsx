import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import { useId, useMemo, useRef, useState } from 'react';
import type { KeyboardEvent } from 'react';

import { formatNumber, humanize } from '../../../lib/format';
import { useColours } from '../../../ui/palette';
import { formatHours } from '../words';

import { GanttRow, ROW_PX } from './GanttRow';
import { crewRows, hourTicks, moved, neighbour, showing, wholeSpan, zoomed } from './gantt';
import type { Arrow, Span } from './gantt';
import type { Step } from './queries';

const HEAD_PX = 20;
const LABEL_PX = 64;
const MOST_PX = 400;
/** Rows drawn above and below those in sight. */
const MARGIN_ROWS = 4;
const ARROWS: readonly string[] = ['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown'] satisfies Arrow[];

function isArrow(key: string): key is Arrow {
  return ARROWS.includes(key);
}

interface Props {
  steps: readonly Step[];
  active: Step | null;
  onActive: (step: Step) => void;
  /** On paper all rows are drawn. */
  isWhole: boolean;
}

/** Jobs by crew over time: driving, repairing, and when what they bring back is energised. */
export function Gantt({ steps, active, onActive, isWhole }: Props) {
  const { surface } = useColours();
  const id = useId();
  const rows = useMemo(() => crewRows(steps), [steps]);
  const whole = useMemo(() => wholeSpan(steps), [steps]);
  const byId = useMemo(() => new Map(steps.map((step) => [step.assetId, step])), [steps]);
  const [chosen, setSpan] = useState<Span | null>(null);
  const [topPx, setTopPx] = useState(0);
  const scrollRef = useRef<HTMLDivElement>(null);
  const span = chosen ?? whole;
  const ticks = hourTicks(span);
  const percent = (hour: number): string => `${((hour - span.fromH) / (span.toH - span.fromH)) * 100}%`;
  const heightPx = rows.length * ROW_PX;
  const first = isWhole ? 0 : Math.max(0, Math.floor(topPx / ROW_PX) - MARGIN_ROWS);
  const last = isWhole ? rows.length : Math.min(rows.length, first + Math.ceil(MOST_PX / ROW_PX) + 2 * MARGIN_ROWS);
  const parent = active?.parentId == null ? undefined : byId.get(active.parentId);

  const go = (step: Step): void => {
    onActive(step);
    setSpan(showing(span, whole, step));
    const at = rows.findIndex(({ crew }) => crew === step.crew) * ROW_PX;
    const box = scrollRef.current;
    if (box === null) return;
    if (at < box.scrollTop) box.scrollTop = at;
    else if (at + ROW_PX + HEAD_PX > box.scrollTop + box.clientHeight) box.scrollTop = at + ROW_PX + HEAD_PX - box.clientHeight;
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const from = active ?? rows[0]?.steps[0];
    if (event.key === '+' || event.key === '=') setSpan(zoomed(span, whole, 0.5));
    else if (event.key === '-') setSpan(zoomed(span, whole, 2));
    else if (event.key === '0') setSpan(null);
    else if (isArrow(event.key) && from !== undefined) go(active === null ? from : neighbour(rows, from, event.key));
    else return;
    event.preventDefault();
  };

  return (
    <Box data-testid="gantt">
      <Box sx={{ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: 0.5, mb: 0.5, displayPrint: 'none' }}>
        <Button variant="outlined" onClick={() => setSpan(zoomed(span, whole, 0.5))} data-testid="gantt-in">
          Zoom in
        </Button>
        <Button variant="outlined" disabled={chosen === null} onClick={() => setSpan(zoomed(span, whole, 2))}>
          Zoom out
        </Button>
        <Button variant="outlined" disabled={chosen === null} onClick={() => setSpan(null)}>
          All
        </Button>
        <Button variant="outlined" disabled={span.fromH <= whole.fromH} onClick={() => setSpan(moved(span, whole, -0.5))}>
          Earlier
        </Button>
        <Button variant="outlined" disabled={span.toH >= whole.toH} onClick={() => setSpan(moved(span, whole, 0.5))}>
          Later
        </Button>
        <Typography variant="caption" color="textSecondary" data-testid="gantt-span">
          {formatHours(span.fromH)} to {formatHours(span.toH)} after the start
        </Typography>
        <Box sx={{ flex: 1 }} />
        <Legend />
      </Box>
      <Box
        ref={scrollRef}
        role="listbox"
        tabIndex={0}
        aria-label={`Jobs of ${formatNumber(rows.length)} crews over time. Arrows go from job to job, plus and minus zoom, 0 shows all.`}
        aria-activedescendant={active === null ? undefined : `${id}-${active.sequence}`}
        onKeyDown={onKeyDown}
        onScroll={(event) => setTopPx(event.currentTarget.scrollTop)}
        sx={{ maxHeight: isWhole ? undefined : MOST_PX, overflowY: 'auto', overflowX: 'hidden', border: 1, borderColor: 'divider', borderRadius: 1, '@media print': { maxHeight: 'none' } }}
      >
        <Box aria-hidden sx={{ position: 'sticky', top: 0, zIndex: 1, height: HEAD_PX, ml: `${LABEL_PX}px`, bgcolor: 'background.paper', overflow: 'hidden' }}>
          {ticks.map((hour) => (
            <Typography key={hour} variant="caption" color="textSecondary" sx={{ position: 'absolute', left: percent(hour), pl: 0.25, whiteSpace: 'nowrap' }}>
              {formatHours(hour)}
            </Typography>
          ))}
        </Box>
        <Box role="presentation" sx={{ position: 'relative', height: heightPx }}>
          {rows.slice(first, last).map(({ crew }, index) => (
            <Typography key={crew} aria-hidden variant="caption" color="textSecondary" sx={{ position: 'absolute', top: (first + index) * ROW_PX + 2, left: 6 }}>
              Crew {crew}
            </Typography>
          ))}
          <Box component="svg" role="presentation" sx={{ position: 'absolute', top: 0, left: LABEL_PX, width: `calc(100% - ${LABEL_PX}px)`, height: heightPx, overflow: 'hidden' }}>
            <defs>
              <pattern id={`${id}-drive`} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
                <rect width="6" height="6" fill={surface.raised} />
                <line x1="0" y1="0" x2="0" y2="6" stroke={surface.muted} strokeWidth="2" />
              </pattern>
            </defs>
            {ticks.map((hour) => (
              <line key={hour} x1={percent(hour)} x2={percent(hour)} y1={0} y2={heightPx} stroke={surface.line} />
            ))}
            {rows.slice(first, last).map((row, index) => (
              <GanttRow
                key={row.crew}
                row={row}
                topPx={(first + index) * ROW_PX}
                span={span}
                percent={percent}
                id={id}
                active={active}
                parent={parent}
                onChoose={onActive}
                labelOf={(step) => jobLabel(step, byId)}
              />
            ))}
          </Box>
        </Box>
      </Box>
    </Box>
  );
}

/** A job in words, as a screen reader says it. */
function jobLabel(step: Step, byId: ReadonlyMap<string, Step>): string {
  const parts = [
    `Job ${step.sequence}: ${humanize(step.kind)}, ${step.name ?? step.assetId}`,
    `crew ${step.crew}`,
    `repair ${formatHours(step.startsH)} to ${formatHours(step.finishedH)}`,
  ];
  if (step.startsH > step.leavesH) parts.push(`driving from ${formatHours(step.leavesH)}`);
  if (step.isCritical) parts.push('goes first');
  const parent = step.parentId === null ? undefined : byId.get(step.parentId);
  if (step.parentId !== null) parts.push(`requires ${parent === undefined ? step.parentId : `job ${parent.sequence}`}`);
  if (step.wouldTrip !== null && step.wouldTrip > 0) parts.push(`${step.wouldTrip} branches would be overloaded`);
  return parts.join(', ');
}

function Legend() {
  return (
    <Typography variant="caption" color="textSecondary" aria-hidden>
      ▨ driving · ▬ repair · thick frame: goes first · ◆ energised · ! redispatch first
    </Typography>
  );
}
