import { useRef, useState } from 'react';
import type { KeyboardEvent, PointerEvent } from 'react';

import { within } from './place';
import type { Point, Size } from './place';

const STEP_PX = 16;
const LONG_STEP_PX = 64;
const DIRECTIONS: Readonly<Record<string, Point>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};

/** Moves a panel by dragging its handle or by arrow keys, within the map; Home takes it back to where it began. */
export function useMove(start: Point, panel: Size, frame: Size) {
  const [moved, setMoved] = useState<Point | null>(null);
  const now = moved === null ? start : within(moved, panel, frame);
  const grip = useRef<Point | null>(null);
  const move = (to: Point): void => setMoved(within(to, panel, frame));
  return {
    at: now,
    handle: {
      onPointerDown: (event: PointerEvent<HTMLElement>) => {
        grip.current = { x: event.clientX - now.x, y: event.clientY - now.y };
        event.currentTarget.setPointerCapture(event.pointerId);
      },
      onPointerMove: (event: PointerEvent<HTMLElement>) => {
        if (grip.current !== null) move({ x: event.clientX - grip.current.x, y: event.clientY - grip.current.y });
      },
      onPointerUp: () => {
        grip.current = null;
      },
      onPointerCancel: () => {
        grip.current = null;
      },
      onKeyDown: (event: KeyboardEvent<HTMLElement>) => {
        const direction = DIRECTIONS[event.key];
        if (event.key === 'Home') setMoved(null);
        else if (direction === undefined) return;
        else {
          const step = event.shiftKey ? LONG_STEP_PX : STEP_PX;
          move({ x: now.x + direction.x * step, y: now.y + direction.y * step });
        }
        event.preventDefault();
        event.stopPropagation();
      },
    },
  };
}
