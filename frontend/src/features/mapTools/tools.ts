import type { ShapeKind } from '../../lib/geo/shapes';

export type Tool = 'select' | ShapeKind;

export interface ToolInfo {
  key: Tool;
  label: string;
  /** The key that chooses it while the map has the focus. */
  shortcut: string;
  hint: string;
}

export const TOOLS: readonly ToolInfo[] = [
  { key: 'select', label: 'Select', shortcut: 'V', hint: '' },
  {
    key: 'distance',
    label: 'Measure a distance',
    shortcut: 'D',
    hint: 'Click the places along the way. Double-click or Enter ends it.',
  },
  {
    key: 'area',
    label: 'Measure an area',
    shortcut: 'A',
    hint: 'Click the corners. Double-click, Enter or the first corner ends it.',
  },
  { key: 'circle', label: 'What is around a point', shortcut: 'C', hint: 'Click the centre, then the edge; or press and drag.' },
  { key: 'rectangle', label: 'What is in a rectangle', shortcut: 'R', hint: 'Click two opposite corners; or press and drag.' },
  {
    key: 'polygon',
    label: 'What is in a polygon',
    shortcut: 'P',
    hint: 'Click the corners. Double-click, Enter or the first corner ends it.',
  },
];

export function toolOfKey(key: string): Tool | null {
  return TOOLS.find(({ shortcut }) => shortcut === key.toUpperCase())?.key ?? null;
}

/** Shapes drawn with two places: those may be dragged out. */
export function isDraggedOut(tool: Tool): boolean {
  return tool === 'circle' || tool === 'rectangle';
}
