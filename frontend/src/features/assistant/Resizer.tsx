import Box from '@mui/material/Box';
import type { KeyboardEvent, PointerEvent } from 'react';

import { clampWidth, MAX_WIDTH_PX, MIN_WIDTH_PX } from './panelState';

const STEP_PX = 24;

/** The panel's left edge: dragged, or moved by the arrow keys. */
export function Resizer({ widthPx, onWidth }: { widthPx: number; onWidth: (widthPx: number) => void }) {
  const onPointerDown = (event: PointerEvent<HTMLDivElement>): void => {
    if (event.button !== 0) return;
    event.preventDefault();
    event.currentTarget.setPointerCapture(event.pointerId);
  };
  const onPointerMove = (event: PointerEvent<HTMLDivElement>): void => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
    const right = event.currentTarget.parentElement?.getBoundingClientRect().right ?? window.innerWidth;
    onWidth(clampWidth(right - event.clientX));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowLeft' ? STEP_PX : event.key === 'ArrowRight' ? -STEP_PX : 0;
    if (step === 0) return;
    event.preventDefault();
    onWidth(clampWidth(widthPx + step));
  };
  return (
    <Box
      role="separator"
      aria-label="Width of the assistant"
      aria-orientation="vertical"
      aria-valuemin={MIN_WIDTH_PX}
      aria-valuemax={MAX_WIDTH_PX}
      aria-valuenow={widthPx}
      tabIndex={0}
      data-testid="assistant-resizer"
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onKeyDown={onKeyDown}
      sx={{
        position: 'absolute',
        left: -3,
        top: 0,
        bottom: 0,
        width: 7,
        cursor: 'col-resize',
        touchAction: 'none',
        zIndex: 1,
        '&:hover, &:focus-visible': { bgcolor: 'primary.main', opacity: 0.5 },
      }}
    />
  );
}
