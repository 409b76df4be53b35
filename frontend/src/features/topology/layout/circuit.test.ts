import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { contract } from '../model/contract';
import type { Spot } from '../model/contract';
import { growTrees } from '../model/tree';
import { feeder, recordsOf } from '../testFeeder';

import { layoutCircuit, SIZES } from './circuit';
import type { CircuitLayout } from './circuit';

interface Box {
  left: number;
  right: number;
  y: number;
}

function boxes({ cells }: CircuitLayout): Box[] {
  return cells.map(({ x, y, width }) => ({ left: x, right: x + width, y }));
}

/** Two cells on one row may touch, and never share any length. */
function overlaps({ cells }: CircuitLayout): string[] {
  const found: string[] = [];
  cells.forEach((a, i) =>
    cells.slice(i + 1).forEach((b) => {
      if (a.y === b.y && a.x < b.x + b.width && b.x < a.x + a.width) found.push(`${a.item.key} ${b.item.key}`);
    }),
  );
  return found;
}

/** Lines down that run through a cell on a row between. */
function crossings({ cells, drops }: CircuitLayout): string[] {
  return drops.flatMap(({ x, fromY, toY, node }) =>
    cells
      .filter(({ x: left, y, width }) => y > Math.min(fromY, toY) && y < Math.max(fromY, toY) && left < x && x < left + width)
      .map(({ item }) => `${node} ${item.key}`),
  );
}

function spots(records: ReturnType<typeof recordsOf>, single: ReadonlySet<string> = new Set()): Spot[] {
  return growTrees(records).map((tree) => contract(tree, single));
}

/** A tree of n sections and switches: each hangs at an earlier node. */
const someTree = fc.integer({ min: 1, max: 60 }).chain((n) =>
  fc.tuple(
    ...Array.from({ length: n }, (_, i) =>
      fc.record({ at: fc.integer({ min: 0, max: i }), kind: fc.constantFrom('LINE', 'FUSE', 'RECLOSER'), kva: fc.constantFrom(0, 25, 50) }),
    ),
  ),
);

describe('the layout of a circuit', () => {
  it('keeps the trunk straight and hangs laterals beside it', () => {
    const layout = layoutCircuit(spots(feeder()));
    const on = (key: string) => layout.cells.find(({ item }) => item.key === key);
    const trunk = ['SW-1-01-0001', 'LINE-1-01-0001', 'SW-1-01-0003', 'LINE-1-01-0006'];
    expect(trunk.map((key) => on(key)?.y)).toEqual([0, 0, 0, 0]);
    expect(trunk.map((key) => on(key)?.x)).toEqual([0, SIZES.switch, SIZES.switch + SIZES.run, 2 * SIZES.switch + SIZES.run]);
    expect(Math.abs(on('SW-1-01-0002')?.y ?? 0)).toBe(SIZES.row);
    expect(overlaps(layout)).toEqual([]);
  });

  it('lays nothing on anything else, crosses no line, and draws equal trees equally', () => {
    fc.assert(
      fc.property(someTree, fc.boolean(), (edges, isWhole) => {
        const records = recordsOf(
          edges.map(({ at, kind, kva }, i) => ({ kind, from: at === 0 ? 'SUB-1' : `N${at}`, to: `N${i + 1}`, kva })),
        );
        const single = new Set(isWhole ? records.sections.map(({ assetId }) => assetId) : []);
        const layout = layoutCircuit(spots(records, single));
        expect(overlaps(layout)).toEqual([]);
        expect(crossings(layout)).toEqual([]);
        const { left, top, width, height } = layout.bounds;
        for (const box of boxes(layout)) {
          expect(box.left >= left && box.right <= left + width && box.y >= top && box.y <= top + height).toBe(true);
        }
        // The order of the records is chance.
        const turned = { ...records, sections: records.sections.toReversed(), switches: records.switches.toReversed() };
        expect(layoutCircuit(spots(turned, single))).toEqual(layout);
      }),
      { numRuns: 80 },
    );
  });

  it('places each line at the end of what it hangs at', () => {
    const layout = layoutCircuit(spots(feeder()));
    for (const drop of layout.drops) {
      const cell = layout.cells[drop.cell];
      const parent = cell?.parent == null ? null : layout.cells[cell.parent];
      expect(parent == null ? 0 : parent.x + parent.width).toBe(drop.x);
      expect(cell?.x).toBe(drop.x + SIZES.drop);
      expect(cell?.y).toBe(drop.toY);
    }
  });

  it('draws a thousand sections in moments', () => {
    const records = recordsOf(
      Array.from({ length: 1_000 }, (_, i) => ({ kind: i % 10 === 9 ? 'FUSE' : 'LINE', from: i === 0 ? 'SUB-1' : `N${Math.floor(i * 0.9)}`, to: `N${i + 1}`, kva: 25 })),
    );
    const began = performance.now();
    const layout = layoutCircuit(spots(records, new Set(records.sections.map(({ assetId }) => assetId))));
    // 900 sections, 100 fuses, and what hangs right behind each fuse.
    expect(layout.cells).toHaveLength(1_100);
    expect(performance.now() - began).toBeLessThan(2_000);
  });
});
