import Box from '@mui/material/Box';
import IconButton from '@mui/material/IconButton';
import Tooltip from '@mui/material/Tooltip';
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { KeyboardEvent, PointerEvent, ReactNode } from 'react';

import { AddIcon, FitIcon, RemoveIcon } from '../../../ui/icons';

import type { Box as Area } from './roving';
import { opening, fitted, revealing, zoomed } from './viewport';
import type { Size, Viewport } from './viewport';

const STEP = 1.3;
/** A press that moves less is a click. */
const DRAG_PX = 4;

interface Props {
  /** What is drawn, for screen readers. */
  label: string;
  bounds: Area;
  /** Changes when another drawing is shown: it is then seen from its beginning. */
  drawing: string;
  /** What is brought into view when it changes. */
  target: Area | null;
  targetKey: string | null;
  onKey: (event: KeyboardEvent) => void;
  children: ReactNode;
  overlay?: ReactNode;
}

/** A drawing that is moved by dragging, enlarged by the wheel, and both by keys and buttons. */
export function Canvas({ label, bounds, drawing, target, targetKey, onKey, children, overlay }: Props) {
  const frame = useRef<HTMLDivElement>(null);
  const size = useRef<Size>({ width: 0, height: 0 });
  const [seen, setSeen] = useState<{ drawing: string; view: Viewport } | null>(null);
  const latest = useRef(bounds);
  useLayoutEffect(() => {
    latest.current = bounds;
  }, [bounds]);

  useLayoutEffect(() => {
    const element = frame.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() => {
      const { clientWidth, clientHeight } = element;
      const isFirst = size.current.width === 0;
      size.current = { width: clientWidth, height: clientHeight };
      if (isFirst && clientWidth > 0) setSeen({ drawing, view: opening(latest.current, size.current) });
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [drawing]);

  const change = useCallback((next: (view: Viewport, size: Size) => Viewport) => {
    setSeen((before) => (before === null ? null : { ...before, view: next(before.view, size.current) }));
  }, []);
  useLayoutEffect(() => {
    if (size.current.width > 0) setSeen((before) => (before?.drawing === drawing ? before : { drawing, view: opening(latest.current, size.current) }));
  }, [drawing]);
  const isSeen = seen !== null;
  const aim = useRef(target);
  useLayoutEffect(() => {
    aim.current = target;
  }, [target]);
  useEffect(() => {
    const box = aim.current;
    if (isSeen && box !== null && targetKey !== null) change((view, room) => revealing(view, box, room));
  }, [targetKey, isSeen, drawing, change]);

  useEffect(() => {
    const element = frame.current;
    if (element === null) return undefined;
    // React listens to the wheel passively; the page must not scroll here.
    const onWheel = (event: WheelEvent): void => {
      event.preventDefault();
      const { left, top } = element.getBoundingClientRect();
      const at = { x: event.clientX - left, y: event.clientY - top };
      change((view) => zoomed(view, Math.exp(-event.deltaY * (event.deltaMode === 1 ? 0.05 : 0.0016)), at));
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  }, [change]);

  const drag = useDrag(change);
  const middle = (factor: number) => change((view, { width, height }) => zoomed(view, factor, { x: width / 2, y: height / 2 }));
  const fit = () => change((_view, room) => fitted(bounds, room));
  const view = seen?.view ?? { scale: 1, x: 0, y: 0 };
  return (
    <Box
      ref={frame}
      sx={{ position: 'relative', flex: 1, minHeight: 0, minWidth: 0, overflow: 'hidden', touchAction: 'none', cursor: 'grab', '&:active': { cursor: 'grabbing' } }}
      onKeyDown={(event) => {
        if (event.ctrlKey || event.metaKey || event.altKey) return;
        if (event.key === '+' || event.key === '=') middle(STEP);
        else if (event.key === '-') middle(1 / STEP);
        else if (event.key === '0') fit();
        else onKey(event);
      }}
      {...drag}
    >
      <svg role="group" aria-label={label} data-testid="diagram" width="100%" height="100%" style={{ display: 'block', visibility: isSeen ? 'visible' : 'hidden', userSelect: 'none' }}>
        <g transform={`translate(${view.x} ${view.y}) scale(${view.scale})`}>{children}</g>
      </svg>
      <Box sx={{ position: 'absolute', right: 8, top: 8, display: 'flex', flexDirection: 'column', bgcolor: 'background.paper', border: 1, borderColor: 'divider', borderRadius: 1 }}>
        <Tool label="Enlarge (+)" onClick={() => middle(STEP)} icon={<AddIcon fontSize="small" />} />
        <Tool label="Reduce (−)" onClick={() => middle(1 / STEP)} icon={<RemoveIcon fontSize="small" />} />
        <Tool label="Show all of it (0)" onClick={fit} icon={<FitIcon fontSize="small" />} />
      </Box>
      {overlay}
    </Box>
  );
}

function Tool({ label, onClick, icon }: { label: string; onClick: () => void; icon: ReactNode }) {
  return (
    <Tooltip title={label} placement="left">
      <IconButton aria-label={label} onClick={onClick}>
        {icon}
      </IconButton>
    </Tooltip>
  );
}

/** Dragging; the click at its end does not count as one. */
function useDrag(change: (next: (view: Viewport) => Viewport) => void) {
  const from = useRef<{ x: number; y: number; isMoving: boolean } | null>(null);
  const wasMoved = useRef(false);
  return {
    onPointerDown: (event: PointerEvent<HTMLElement>) => {
      wasMoved.current = false;
      if (event.button === 0) from.current = { x: event.clientX, y: event.clientY, isMoving: false };
    },
    onPointerMove: (event: PointerEvent<HTMLElement>) => {
      const start = from.current;
      if (start === null || event.buttons === 0) {
        from.current = null;
        return;
      }
      const dx = event.clientX - start.x;
      const dy = event.clientY - start.y;
      if (!start.isMoving && Math.hypot(dx, dy) < DRAG_PX) return;
      if (!start.isMoving) event.currentTarget.setPointerCapture(event.pointerId);
      wasMoved.current = true;
      from.current = { x: event.clientX, y: event.clientY, isMoving: true };
      change((view) => ({ ...view, x: view.x + dx, y: view.y + dy }));
    },
    onPointerUp: () => {
      from.current = null;
    },
    onClickCapture: (event: React.MouseEvent) => {
      if (!wasMoved.current) return;
      wasMoved.current = false;
      event.stopPropagation();
      event.preventDefault();
    },
  };
}
