/**
 * Where the parts of a circuit's one-line diagram stand. The trunk is a straight row; what branches off takes the
 * nearest row above or below with room for it. Parts are placed from the far end to the source, so that no
 * line crosses another and nothing lies on anything else. Equal trees give equal drawings.
 */
import type { Item, Link, Spot } from '../model/contract';

/** Everything in pixels at a zoom of 1. */
export const SIZES = { row: 86, switch: 80, run: 142, section: 96, end: 112, drop: 14, gap: 14, source: 96 } as const;

export interface Cell {
  item: Item;
  /** Left end of its line. */
  x: number;
  /** Height of its line. */
  y: number;
  width: number;
  /** Node at which the line ends, for what is drawn at its right end. */
  endNode: string;
  /** Index of the cell it hangs at; null at the source. */
  parent: number | null;
}

/** A line from a junction up or down to a row, and the short way into it. */
export interface Drop {
  node: string;
  x: number;
  fromY: number;
  toY: number;
  /** The cell it leads to. */
  cell: number;
}

export interface CircuitLayout {
  cells: Cell[];
  drops: Drop[];
  /** Where each tree begins, the substation's first. */
  roots: { node: string; x: number; y: number }[];
  bounds: { left: number; top: number; width: number; height: number };
}

/** What one link is as wide as, with its end if it has one. */
export function widthOf(item: Item): number {
  if (item.kind === 'switch') return SIZES.switch + (item.end === null ? 0 : SIZES.end);
  return item.sections.length === 1 && item.units.length === 0 ? SIZES.section : SIZES.run;
}

interface Place {
  x: number;
  row: number;
}

/** What is placed, relative to where it begins. */
interface Block {
  cells: { link: Link; x: number; row: number; parent: number | null }[];
  drops: { node: string; x: number; fromRow: number; toRow: number; cell: number }[];
  taken: Map<number, [number, number][]>;
}

type Side = 1 | -1;

export function layoutCircuit(roots: readonly Spot[]): CircuitLayout {
  const layout: CircuitLayout = { cells: [], drops: [], roots: [], bounds: { left: 0, top: 0, width: 0, height: 0 } };
  let below = 0;
  for (const root of roots) {
    const block = placed(root, [1, -1]);
    const rows = [...block.taken.keys(), 0];
    const top = Math.min(...rows);
    const shift = layout.roots.length === 0 ? 0 : below - top + 1;
    add(layout, block, root.node, shift);
    below = Math.max(below, shift + Math.max(...rows));
  }
  const { cells } = layout;
  const right = Math.max(SIZES.source, ...cells.map(({ x, width }) => x + width));
  const ys = [0, ...cells.map(({ y }) => y), ...layout.roots.map(({ y }) => y)];
  const top = Math.min(...ys) - SIZES.row / 2;
  layout.bounds = {
    left: -SIZES.source,
    top,
    width: right + SIZES.source + SIZES.gap,
    height: Math.max(...ys) + SIZES.row / 2 - top,
  };
  return layout;
}

function add(layout: CircuitLayout, block: Block, node: string, rowShift: number): void {
  const first = layout.cells.length;
  const y = (row: number): number => (row + rowShift) * SIZES.row;
  layout.roots.push({ node, x: 0, y: y(0) });
  for (const { link, x, row, parent } of block.cells) {
    layout.cells.push({
      item: link.item,
      x,
      y: y(row),
      width: widthOf(link.item),
      endNode: link.to.node,
      parent: parent === null ? null : parent + first,
    });
  }
  for (const drop of block.drops) {
    layout.drops.push({ node: drop.node, x: drop.x, fromY: y(drop.fromRow), toY: y(drop.toRow), cell: drop.cell + first });
  }
}

/** A tree with its trunk on row 0, and its branches on the given sides of it. */
function placed(root: Spot, sides: readonly Side[]): Block {
  const block: Block = { cells: [], drops: [], taken: new Map() };
  const trunk: { spot: Spot; x: number; cell: number | null }[] = [];
  let x = 0;
  let parent: number | null = null;
  for (let spot = root; ; ) {
    trunk.push({ spot, x, cell: parent });
    const link: Link | undefined = spot.links[0];
    if (link === undefined) break;
    block.cells.push({ link, x, row: 0, parent });
    parent = block.cells.length - 1;
    x += widthOf(link.item);
    spot = link.to;
  }
  take(block, 0, 0, Math.max(x, SIZES.drop));
  // From the far end: what is nearer to the source then passes outside of it.
  for (const { spot, x: at, cell } of trunk.toReversed()) {
    for (const link of spot.links.slice(1)) hang(block, { node: spot.node, links: [link] }, at, cell, sides);
  }
  return block;
}

function hang(block: Block, stub: Spot, x: number, parent: number | null, sides: readonly Side[]): void {
  const branch = placed(stub, [1]);
  let best: { side: Side; row: number } | null = null;
  for (const side of sides) {
    const row = firstRow(block, branch, x + SIZES.drop, side);
    if (best === null || row < best.row) best = { side, row };
  }
  if (best === null) return;
  const { side, row } = best;
  const first = block.cells.length;
  const place = (inner: Place): Place => ({ x: inner.x + x + SIZES.drop, row: side * (row + inner.row) });
  for (const cell of branch.cells) {
    block.cells.push({ link: cell.link, ...place({ x: cell.x, row: cell.row }), parent: cell.parent === null ? parent : cell.parent + first });
  }
  for (const drop of branch.drops) {
    block.drops.push({
      node: drop.node,
      x: drop.x + x + SIZES.drop,
      fromRow: side * (row + drop.fromRow),
      toRow: side * (row + drop.toRow),
      cell: drop.cell + first,
    });
  }
  block.drops.push({ node: stub.node, x, fromRow: 0, toRow: side * row, cell: first });
  for (const [inner, spans] of branch.taken) {
    for (const [from, to] of spans) take(block, side * (row + inner), from + x + SIZES.drop, to + x + SIZES.drop);
  }
  // Its line down keeps others out of its way.
  for (let between = 1; between <= row; between += 1) take(block, side * between, x, x + SIZES.drop);
}

/** The nearest row in which a branch has room, with room for its line on the way there. */
function firstRow(block: Block, branch: Block, x: number, side: Side): number {
  for (let row = 1; ; row += 1) {
    const hasRoom = [...branch.taken].every(([inner, spans]) =>
      spans.every(([from, to]) => isFree(block, side * (row + inner), from + x, to + x)),
    );
    if (hasRoom) return row;
  }
}

function isFree({ taken }: Block, row: number, from: number, to: number): boolean {
  return (taken.get(row) ?? []).every(([left, right]) => to + SIZES.gap <= left || right + SIZES.gap <= from);
}

function take({ taken }: Block, row: number, from: number, to: number): void {
  const spans = taken.get(row);
  if (spans === undefined) taken.set(row, [[from, to]]);
  else spans.push([from, to]);
}
