import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parallelPlaces } from './parallelCircuits';

describe('parallel circuits', () => {
  it('leave single lines in the middle', () => {
    expect([...parallelPlaces(['A', 'B'], ['B', 'C'])]).toEqual([0, 0]);
  });

  it('spread a double circuit to both sides', () => {
    expect([...parallelPlaces(['A', 'A'], ['B', 'B'])]).toEqual([-0.5, 0.5]);
  });

  it('turn the sign for a line that runs against the others', () => {
    expect([...parallelPlaces(['A', 'B'], ['B', 'A'])]).toEqual([-0.5, -0.5]);
    expect([...parallelPlaces(['A', 'B', 'A'], ['B', 'A', 'B'])]).toEqual([-1, 0, 1]);
  });

  it('never put two lines of a bundle in the same place', () => {
    const end = fc.constantFrom('A', 'B', 'C');
    fc.assert(
      fc.property(fc.array(fc.tuple(end, end), { maxLength: 30 }), (lines) => {
        const places = parallelPlaces(
          lines.map(([from]) => from),
          lines.map(([, to]) => to),
        );
        const seen = lines.map(([from, to], i) => {
          const isForward = from <= to;
          const place = (places[i] ?? 0) * (isForward ? 1 : -1);
          return `${[from, to].sort().join('-')}@${place === 0 ? 0 : place}`;
        });
        expect(new Set(seen).size).toBe(seen.length);
      }),
    );
  });
});
