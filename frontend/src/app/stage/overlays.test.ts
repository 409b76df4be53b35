import { expect, it, vi } from 'vitest';

import { combine } from './overlays';
import type { PointerHandlers } from './overlays';

const AT = { lng: 0, lat: 0, zoom: 1, x: 0, y: 0 };
const pointer = (isTaken: boolean, drag: { onMove: () => void; onEnd: () => void } | null = null): PointerHandlers => ({
  onClick: vi.fn(() => isTaken),
  onMove: vi.fn(() => isTaken),
  onDoubleClick: vi.fn(() => isTaken),
  onPress: vi.fn(() => drag),
});

it('hands a click to the first that takes it, and a move to all', () => {
  const [first, second, third] = [pointer(false), pointer(true), pointer(true)];
  const all = combine({ a: { pointer: first }, b: { pointer: second }, c: { pointer: third }, d: {} });
  expect(all.pointer.onClick(AT)).toBe(true);
  expect(third.onClick).not.toHaveBeenCalled();
  expect(all.pointer.onMove(AT)).toBe(true);
  expect(third.onMove).toHaveBeenCalledWith(AT);
  expect(combine({}).pointer.onClick(AT)).toBe(false);
});

it('lets the pointer be followed by the first that wants to', () => {
  const drag = { onMove: vi.fn(), onEnd: vi.fn() };
  const later = pointer(true, { onMove: vi.fn(), onEnd: vi.fn() });
  expect(combine({ a: { pointer: pointer(false) }, b: { pointer: pointer(true, drag) }, c: { pointer: later } }).pointer.onPress(AT)).toBe(drag);
  expect(later.onPress).not.toHaveBeenCalled();
  expect(combine({ a: {} }).pointer.onPress(AT)).toBeNull();
});
