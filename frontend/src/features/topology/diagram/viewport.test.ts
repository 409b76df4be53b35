import { describe, expect, it } from 'vitest';

import { fitted, opening, revealing, zoomed } from './viewport';

const SIZE = { width: 1_000, height: 500 };

describe('what is seen of a drawing', () => {
  it('is all of it, if that can be read', () => {
    const box = { x: -100, y: -200, width: 900, height: 400 };
    const view = opening(box, SIZE);
    expect(view).toEqual(fitted(box, SIZE));
    expect(box.x * view.scale + view.x).toBeGreaterThanOrEqual(0);
    expect((box.x + box.width) * view.scale + view.x).toBeLessThanOrEqual(SIZE.width);
  });

  it('else begins at the left', () => {
    const box = { x: -100, y: -100, width: 9_000, height: 200 };
    expect(fitted(box, SIZE).scale).toBeLessThan(0.2);
    const view = opening(box, SIZE);
    expect(view.scale).toBe(0.62);
    expect(box.x * view.scale + view.x).toBe(16);
  });

  it('keeps the point under the pointer when it is enlarged', () => {
    const before = { scale: 0.5, x: 20, y: 30 };
    const after = zoomed(before, 1.5, { x: 400, y: 100 });
    expect((400 - after.x) / after.scale).toBeCloseTo((400 - before.x) / before.scale, 9);
    expect(zoomed(before, 1e9, { x: 0, y: 0 }).scale).toBe(3);
  });

  it('moves to what is outside, and not for what is seen', () => {
    const view = { scale: 1, x: 0, y: 0 };
    expect(revealing(view, { x: 100, y: 100, width: 50, height: 50 }, SIZE)).toBe(view);
    expect(revealing(view, { x: 1_200, y: 100, width: 50, height: 50 }, SIZE).x).toBe(-266);
    expect(revealing(view, { x: -80, y: 100, width: 50, height: 50 }, SIZE).x).toBe(96);
  });
});
