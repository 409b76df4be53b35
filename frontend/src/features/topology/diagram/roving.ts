/** Moving through a drawing with the arrow keys. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export type Direction = 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown';

export function isDirection(key: string): key is Direction {
  return key === 'ArrowLeft' || key === 'ArrowRight' || key === 'ArrowUp' || key === 'ArrowDown';
}

/** The nearest box in a direction; what lies aside counts twice. Null: there is none. */
export function nextBox(boxes: readonly Box[], from: number, direction: Direction): number | null {
  const start = boxes[from];
  if (start === undefined) return boxes.length === 0 ? null : 0;
  const isAcross = direction === 'ArrowLeft' || direction === 'ArrowRight';
  const sign = direction === 'ArrowLeft' || direction === 'ArrowUp' ? -1 : 1;
  const middle = ({ x, y, width, height }: Box): [number, number] => [x + width / 2, y + height / 2];
  const [x0, y0] = middle(start);
  let best: { at: number; distance: number } | null = null;
  boxes.forEach((box, at) => {
    const [x, y] = middle(box);
    const ahead = sign * (isAcross ? x - x0 : y - y0);
    const aside = Math.abs(isAcross ? y - y0 : x - x0);
    if (at === from || ahead <= 1) return;
    const distance = ahead + 2 * aside;
    if (best === null || distance < best.distance) best = { at, distance };
  });
  return (best as { at: number } | null)?.at ?? null;
}
