import { describe, expect, it } from 'vitest';

import { nextBox } from './roving';

const box = (x: number, y: number) => ({ x, y, width: 10, height: 10 });

describe('the arrow keys', () => {
  const boxes = [box(0, 0), box(20, 0), box(40, 0), box(22, 30)];

  it('lead to the nearest in their direction', () => {
    expect(nextBox(boxes, 0, 'ArrowRight')).toBe(1);
    expect(nextBox(boxes, 1, 'ArrowRight')).toBe(2);
    expect(nextBox(boxes, 2, 'ArrowLeft')).toBe(1);
    expect(nextBox(boxes, 1, 'ArrowDown')).toBe(3);
    expect(nextBox(boxes, 3, 'ArrowUp')).toBe(1);
  });

  it('lead nowhere at the rim, and to the first from nowhere', () => {
    expect(nextBox(boxes, 0, 'ArrowLeft')).toBeNull();
    expect(nextBox(boxes, 9, 'ArrowLeft')).toBe(0);
    expect(nextBox([], 0, 'ArrowLeft')).toBeNull();
  });
});
