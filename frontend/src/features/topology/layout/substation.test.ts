import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { layoutSubstation, SUBSTATION_SIZES } from './substation';
import type { BranchInput, BusInput, SubstationLayout } from './substation';

const BUSES: BusInput[] = [
  { id: 'BUS-3', kv: 115, loadMw: 40 },
  { id: 'BUS-1', kv: 345, loadMw: 0 },
  { id: 'BUS-2', kv: 345, loadMw: 0 },
];
const BRANCHES: BranchInput[] = [
  { id: 'BR-1', fromBus: 'BUS-1', toBus: null, order: 'KATY' },
  { id: 'BR-2', fromBus: null, toBus: 'BUS-1', order: 'ALVIN' },
  { id: 'BR-3', fromBus: 'BUS-3', toBus: 'BUS-1', order: '' },
  { id: 'BR-4', fromBus: 'BUS-1', toBus: 'BUS-2', order: '' },
];
const CIRCUITS = [
  { id: 'CKT-1', kv: 12.47 },
  { id: 'CKT-2', kv: 12.47 },
];

type Segment = [x1: number, y1: number, x2: number, y2: number];

function segments({ joints }: SubstationLayout): { id: string; segment: Segment }[] {
  return joints.flatMap(({ id, points }) =>
    points.slice(1).map(([x2, y2], i) => {
      const [x1, y1] = points[i] ?? [0, 0];
      return { id, segment: [x1, y1, x2, y2] satisfies Segment };
    }),
  );
}

/** Whether two lines of different joints run on top of each other for any length. */
function isShared([a1, b1, a2, b2]: Segment, [c1, d1, c2, d2]: Segment): boolean {
  const meet = (p1: number, p2: number, q1: number, q2: number): boolean => Math.max(Math.min(p1, p2), Math.min(q1, q2)) < Math.min(Math.max(p1, p2), Math.max(q1, q2));
  if (a1 === a2 && c1 === c2) return a1 === c1 && meet(b1, b2, d1, d2);
  return b1 === b2 && d1 === d2 && b1 === d1 && meet(a1, a2, c1, c2);
}

describe('the layout of a substation', () => {
  it('puts the highest voltage on top, lines upwards by where they lead, circuits at the bottom', () => {
    const layout = layoutSubstation(BUSES, BRANCHES, CIRCUITS);
    const y = (id: string): number => layout.bars.find((bar) => bar.id === id)?.y ?? NaN;
    expect(y('BUS-1')).toBe(y('BUS-2'));
    expect(y('BUS-1')).toBeLessThan(y('BUS-3'));
    expect(y('BUS-3')).toBeLessThan(y('12.47 kV'));
    expect(layout.lines.map(({ id }) => id)).toEqual(['BR-2', 'BR-1']);
    expect(layout.circuits.map(({ id, barId }) => [id, barId])).toEqual([
      ['CKT-1', '12.47 kV'],
      ['CKT-2', '12.47 kV'],
    ]);
    // What feeds the circuits is not on record: it is drawn from the bus that has demand, as not recorded.
    expect(layout.joints.filter(({ isRecorded }) => !isRecorded)).toMatchObject([{ fromBar: 'BUS-3', toBar: '12.47 kV' }]);
    expect(layout.joints.filter(({ isRecorded }) => isRecorded).map(({ id }) => id)).toEqual(['BR-3', 'BR-4']);
  });

  it('overlaps no bars, and runs no joint on top of another or through a bar', () => {
    const some = fc.record({
      kvs: fc.array(fc.constantFrom(345, 138, 115, 69), { minLength: 1, maxLength: 6 }),
      ends: fc.array(fc.tuple(fc.nat(7), fc.nat(7)), { maxLength: 10 }),
      circuits: fc.array(fc.constantFrom(12.47, 34.5), { maxLength: 8 }),
    });
    fc.assert(
      fc.property(some, ({ kvs, ends, circuits }) => {
        const buses = kvs.map((kv, i) => ({ id: `BUS-${i}`, kv, loadMw: i % 2 === 0 ? 10 : 0 }));
        const bus = (i: number): string | null => buses[i]?.id ?? null;
        const branches = ends.map(([a, b], i) => ({ id: `BR-${i}`, fromBus: bus(a), toBus: bus(b), order: `S${b}` }));
        const layout = layoutSubstation(buses, branches, circuits.map((kv, i) => ({ id: `CKT-${i}`, kv })));
        layout.bars.forEach((a, i) =>
          layout.bars.slice(i + 1).forEach((b) => {
            expect(a.y !== b.y || a.x + a.width <= b.x || b.x + b.width <= a.x).toBe(true);
          }),
        );
        const drawn = segments(layout);
        drawn.forEach((a, i) => drawn.slice(i + 1).forEach((b) => expect(a.id === b.id || !isShared(a.segment, b.segment)).toBe(true)));
        for (const { segment: [x1, y1, , y2] } of drawn) {
          for (const bar of layout.bars) {
            const isThrough = bar.y > Math.min(y1, y2) && bar.y < Math.max(y1, y2) && x1 > bar.x && x1 < bar.x + bar.width;
            expect(isThrough).toBe(false);
          }
        }
        // Two feeders of a bar never share a slot.
        for (const list of [layout.lines, layout.circuits]) {
          for (const a of list) for (const b of list) expect(a.id === b.id || a.y !== b.y || Math.abs(a.x - b.x) >= SUBSTATION_SIZES.slot).toBe(true);
        }
      }),
      { numRuns: 80 },
    );
  });
});
