import { distanceM } from '../../lib/geo/geodesic';
import type { Position } from '../../lib/geo/geodesic';
import { isAnalysed, isWhole, LEAST_POINTS, MOST_POINTS, MOST_RADIUS_M, MOST_SHAPES, rounded, withHandleAt } from '../../lib/geo/shapes';
import type { Shape, ShapeKind } from '../../lib/geo/shapes';

import type { Tool } from './tools';

/** What is drawn, what is being drawn, and what can be taken back. Every step returns a new one. */
export interface Drawing {
  tool: Tool;
  shapes: readonly Shape[];
  /** Which of the shapes is shown in figures; null if there is none. */
  active: number | null;
  /** Places of the shape being drawn. */
  draft: readonly Position[];
  /** Where the pointer is while one draws. */
  pointer: Position | null;
  /** The handle that is being dragged, and the shape as it was before. */
  held: { shape: number; handle: number; before: Shape } | null;
  past: readonly (readonly Shape[])[];
  future: readonly (readonly Shape[])[];
}

export const NOTHING: Drawing = {
  tool: 'select',
  shapes: [],
  active: null,
  draft: [],
  pointer: null,
  held: null,
  past: [],
  future: [],
};
const MOST_STEPS = 100;

function lastOf(shapes: readonly Shape[]): number | null {
  return shapes.length === 0 ? null : shapes.length - 1;
}

/** Shapes that come from the address: nothing to take back. */
export function loaded(drawing: Drawing, shapes: readonly Shape[]): Drawing {
  return { ...drawing, shapes, active: lastOf(shapes), held: null, past: [], future: [] };
}

/** A step that can be taken back. */
function changed(drawing: Drawing, shapes: readonly Shape[], active = lastOf(shapes)): Drawing {
  return {
    ...drawing,
    shapes,
    active,
    draft: [],
    pointer: null,
    held: null,
    past: [...drawing.past, drawing.shapes].slice(-MOST_STEPS),
    future: [],
  };
}

export function chosen(drawing: Drawing, tool: Tool): Drawing {
  return { ...drawing, tool, draft: [], pointer: null };
}

export function activated(drawing: Drawing, shape: number): Drawing {
  return { ...drawing, active: shape };
}

/** The shape that the places so far and the pointer make. */
export function draftShape({ tool, draft, pointer }: Drawing): Shape | null {
  const [first] = draft;
  if (tool === 'select' || first === undefined) return null;
  const points = pointer === null ? draft : [...draft, pointer];
  if (tool !== 'circle') return { kind: tool, points, radiusM: null };
  const edge = points[1];
  const radiusM = edge === undefined ? null : Math.min(MOST_RADIUS_M, distanceM(first, edge));
  return { kind: tool, points: [first], radiusM };
}

/**
 * Room for another shape is made by letting the oldest go. One measures again and again, but what is inside is read first.
 */
export function added(drawing: Drawing, shape: Shape): Drawing {
  const next = changed(drawing, [...drawing.shapes, rounded(shape)].slice(-MOST_SHAPES));
  return isAnalysed(shape.kind) ? { ...next, tool: 'select' } : next;
}

/** The shape being drawn is done: it is kept if it is whole; else one goes on drawing. */
export function finished(drawing: Drawing): Drawing {
  const draft = drawing.draft.filter((at, i) => i === 0 || !isSame(at, drawing.draft[i - 1]));
  const shape = draftShape({ ...drawing, draft, pointer: null });
  return shape !== null && isWhole(rounded(shape)) ? added(drawing, shape) : drawing;
}

function isSame(one: Position, other: Position | undefined): boolean {
  return other !== undefined && Math.abs(one[0] - other[0]) < 1e-7 && Math.abs(one[1] - other[1]) < 1e-7;
}

/** A place was clicked. `onFirst`, `onLast`: it lies on a place clicked before, which ends the shape. */
export function clicked(drawing: Drawing, at: Position, on: { first: boolean; last: boolean }): Drawing {
  const { tool, draft } = drawing;
  if (tool === 'select') return drawing;
  const isEnough = draft.length >= LEAST_POINTS[tool];
  const isClosed = isEnough && (on.last || (on.first && tool !== 'distance'));
  if (tool !== 'circle' && tool !== 'rectangle' && isClosed) return finished(drawing);
  if (draft.length >= MOST_POINTS) return drawing;
  const next = { ...drawing, draft: [...draft, at], pointer: null };
  return (tool === 'circle' || tool === 'rectangle') && next.draft.length === 2 ? finishedOrAnew(next) : next;
}

/** Two places make the shape; if they are the same, the second one is asked for again. */
function finishedOrAnew(drawing: Drawing): Drawing {
  const done = finished(drawing);
  return done === drawing ? { ...drawing, draft: drawing.draft.slice(0, 1) } : done;
}

export function pointed(drawing: Drawing, at: Position | null): Drawing {
  if (drawing.tool === 'select' || drawing.draft.length === 0) return drawing;
  return { ...drawing, pointer: at };
}

/** A handle is taken hold of. */
export function taken(drawing: Drawing, shape: number, handle: number): Drawing {
  const before = drawing.shapes[shape];
  return before === undefined ? drawing : { ...drawing, active: shape, held: { shape, handle, before } };
}

export function dragged(drawing: Drawing, at: Position): Drawing {
  const { held, shapes } = drawing;
  if (held === null) return drawing;
  const moved = withHandleAt(held.before, held.handle, at);
  return { ...drawing, shapes: shapes.map((shape, i) => (i === held.shape ? moved : shape)) };
}

/** The handle is let go: one step, however far it went. A shape that would be none stays as it was. */
export function dropped(drawing: Drawing): Drawing {
  const { held, shapes } = drawing;
  if (held === null) return drawing;
  const before = shapes.map((shape, i) => (i === held.shape ? held.before : shape));
  const after = shapes.map((shape, i) => (i === held.shape ? rounded(shape) : shape));
  const moved = after[held.shape];
  const isMoved = moved !== undefined && isWhole(moved) && JSON.stringify(moved) !== JSON.stringify(held.before);
  const back = { ...drawing, shapes: before, held: null };
  return isMoved ? changed(back, after, held.shape) : back;
}

/** A shape as it was typed takes the place of another. */
export function replaced(drawing: Drawing, index: number, shape: Shape): Drawing {
  return changed(drawing, drawing.shapes.map((each, i) => (i === index ? rounded(shape) : each)), index);
}

export function removed(drawing: Drawing, index: number): Drawing {
  return changed(drawing, drawing.shapes.filter((_, i) => i !== index));
}

export function cleared(drawing: Drawing): Drawing {
  return drawing.shapes.length === 0 ? drawing : changed(drawing, []);
}

/** One step back: the last place of what is being drawn, else the last change. */
export function undone(drawing: Drawing): Drawing {
  if (drawing.draft.length > 0) return { ...drawing, draft: drawing.draft.slice(0, -1), pointer: null };
  const before = drawing.past.at(-1);
  if (before === undefined) return drawing;
  return {
    ...drawing,
    shapes: before,
    active: lastOf(before),
    past: drawing.past.slice(0, -1),
    future: [...drawing.future, drawing.shapes],
  };
}

export function redone(drawing: Drawing): Drawing {
  const after = drawing.future.at(-1);
  if (after === undefined || drawing.draft.length > 0) return drawing;
  return {
    ...drawing,
    shapes: after,
    active: lastOf(after),
    past: [...drawing.past, drawing.shapes],
    future: drawing.future.slice(0, -1),
  };
}

/** Escape: what is held goes back, then what is being drawn goes, then the tool, then all shapes. */
export function escaped(drawing: Drawing): Drawing {
  if (drawing.held !== null) {
    const { shape, before } = drawing.held;
    return { ...drawing, held: null, shapes: drawing.shapes.map((each, i) => (i === shape ? before : each)) };
  }
  if (drawing.draft.length > 0) return { ...drawing, draft: [], pointer: null };
  if (drawing.tool !== 'select') return chosen(drawing, 'select');
  return cleared(drawing);
}

export function isKind(tool: Tool): tool is ShapeKind {
  return tool !== 'select';
}
