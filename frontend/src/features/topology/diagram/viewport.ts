/** Which part of a drawing is seen: screen = drawing · scale + shift. */
import type { Box } from './roving';

export interface Viewport {
  scale: number;
  x: number;
  y: number;
}

export interface Size {
  width: number;
  height: number;
}

export const LEAST_SCALE = 0.12;
export const MOST_SCALE = 3;
/** Below this labels are too small to read. */
const READABLE = 0.62;
const MARGIN_PX = 16;

export function clampScale(scale: number): number {
  return Math.min(MOST_SCALE, Math.max(LEAST_SCALE, scale));
}

/** All of the drawing in the middle. */
export function fitted(box: Box, { width, height }: Size): Viewport {
  const scale = clampScale(Math.min((width - 2 * MARGIN_PX) / box.width, (height - 2 * MARGIN_PX) / box.height, 1.25));
  return { scale, x: (width - box.width * scale) / 2 - box.x * scale, y: (height - box.height * scale) / 2 - box.y * scale };
}

/** All of it if it can be read then; else its beginning at the left, large enough to read. */
export function opening(box: Box, size: Size): Viewport {
  const all = fitted(box, size);
  if (all.scale >= READABLE) return all;
  const y = box.height * READABLE <= size.height ? (size.height - box.height * READABLE) / 2 - box.y * READABLE : size.height / 2;
  return { scale: READABLE, x: MARGIN_PX - box.x * READABLE, y };
}

/** Nearer or farther, with the given point of the screen staying where it is. */
export function zoomed({ scale, x, y }: Viewport, factor: number, at: { x: number; y: number }): Viewport {
  const next = clampScale(scale * factor);
  const change = next / scale;
  return { scale: next, x: at.x - (at.x - x) * change, y: at.y - (at.y - y) * change };
}

/** Moved just so far that a box is seen. */
export function revealing(view: Viewport, box: Box, size: Size): Viewport {
  const shift = (from: number, length: number, room: number): number => {
    const low = MARGIN_PX - from;
    const high = room - MARGIN_PX - (from + length);
    return low > 0 ? low : high < 0 ? Math.max(high, low) : 0;
  };
  const dx = shift(box.x * view.scale + view.x, box.width * view.scale, size.width);
  const dy = shift(box.y * view.scale + view.y, box.height * view.scale, size.height);
  return dx === 0 && dy === 0 ? view : { ...view, x: view.x + dx, y: view.y + dy };
}
