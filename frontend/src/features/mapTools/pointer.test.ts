import { describe, expect, it } from 'vitest';

import type { Shape } from '../../lib/geo/shapes';
import { createStore } from '../../lib/store';

import { chosen, loaded, NOTHING } from './drawing';
import type { Drawing } from './drawing';
import { handleAt, pointerHandlers } from './pointer';

const SQUARE: Shape = { kind: 'rectangle', points: [[-95.1, 29], [-95, 29.1]], radiusM: null };
const at = (lng: number, lat: number) => ({ lng, lat, zoom: 12 });

function tools(drawing: Drawing) {
  const store = createStore(drawing);
  return { store, ...pointerHandlers(store) };
}

describe('the pointer', () => {
  it('leaves everything to the assets while nothing is drawn', () => {
    const { store, onClick, onMove, onDoubleClick, onPress } = tools(NOTHING);
    expect([onClick(at(1, 2)), onMove(at(1, 2)), onDoubleClick(), onPress(at(1, 2))]).toEqual([false, false, false, null]);
    expect(store.get()).toEqual(NOTHING);
  });

  it('finds a handle within 10 pixels and no farther', () => {
    const drawing = loaded(NOTHING, [SQUARE]);
    // At zoom 12 a pixel is 360 / (512 * 4096) degrees of longitude.
    const pixel = 360 / (512 * 4096);
    expect(handleAt(drawing, at(-95 + 9 * pixel, 29.1))).toEqual({ shape: 0, handle: 1 });
    expect(handleAt(drawing, at(-95 + 11 * pixel, 29.1))).toBeNull();
  });

  it('drags a handle also while another tool is chosen', () => {
    const { store, onPress } = tools(chosen(loaded(NOTHING, [SQUARE]), 'polygon'));
    const drag = onPress(at(-95, 29.1));
    drag?.onMove(at(-94.9, 29.2));
    drag?.onEnd(true);
    expect(store.get().shapes[0]?.points[1]).toEqual([-94.9, 29.2]);
    expect(store.get().past).toHaveLength(1);
  });

  it('draws a rectangle by dragging, and by two clicks', () => {
    const dragging = tools(chosen(NOTHING, 'rectangle'));
    const drag = dragging.onPress(at(-95.1, 29));
    drag?.onMove(at(-95, 29.1));
    drag?.onEnd(true);
    expect(dragging.store.get().shapes).toEqual([SQUARE]);

    const clicking = tools(chosen(NOTHING, 'rectangle'));
    clicking.onPress(at(-95.1, 29))?.onEnd(false);
    expect(clicking.store.get().shapes).toEqual([]);
    expect(clicking.onPress(at(-95, 29.1))).toBeNull();
    expect(clicking.onClick(at(-95, 29.1))).toBe(true);
    expect(clicking.store.get().shapes).toEqual([SQUARE]);
  });

  it('ends a way on the place clicked last', () => {
    const { store, onClick } = tools(chosen(NOTHING, 'distance'));
    for (const lng of [-95.2, -95.1, -95]) onClick(at(lng, 29));
    onClick(at(-95, 29));
    expect(store.get().shapes[0]?.points).toEqual([[-95.2, 29], [-95.1, 29], [-95, 29]]);
  });
});
