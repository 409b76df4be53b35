/** Factor on point radii and line widths, so that a state and a street are both readable. */
export function symbolScale(zoom: number): number {
  const steps: readonly (readonly [number, number])[] = [
    [4, 0.45],
    [6, 0.7],
    [8, 0.95],
    [10, 1.2],
    [13, 1.7],
    [16, 2.2],
  ];
  const first = steps[0];
  if (first === undefined || zoom <= first[0]) return first?.[1] ?? 1;
  for (let i = 1; i < steps.length; i += 1) {
    const [z0, s0] = steps[i - 1] ?? first;
    const [z1, s1] = steps[i] ?? first;
    if (zoom <= z1) return s0 + ((zoom - z0) / (z1 - z0)) * (s1 - s0);
  }
  return steps.at(-1)?.[1] ?? 1;
}
