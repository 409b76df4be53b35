/** The circuit as a tree that grows from its substation, along closed switches first. */
import type { CircuitRecords, SectionRecord, SwitchRecord, UnitRecord } from './records';

export type Edge = { kind: 'section'; id: string; section: SectionRecord } | { kind: 'switch'; id: string; switch: SwitchRecord };

export interface Branch {
  edge: Edge;
  to: Knot;
}

/** A node of the network, with what hangs at it. */
export interface Knot {
  node: string;
  units: readonly UnitRecord[];
  branches: Branch[];
  /** What an edge that closes a ring meets: it is drawn to its end here, and drawn whole from there. */
  meets: boolean;
  /** Of another circuit, behind a tie. */
  isForeign: boolean;
}

interface Joint {
  edge: Edge;
  to: string;
}

/** The trees of a circuit: that of its substation first, then what the records join to none. */
export function growTrees(records: CircuitRecords): Knot[] {
  const joints = jointsOf(records);
  const units = new Map<string, UnitRecord[]>();
  for (const unit of records.units) units.set(unit.node, [...(units.get(unit.node) ?? []), unit]);
  const own = new Set(records.sections.flatMap(({ fromNode, toNode }) => [fromNode, toNode]));
  for (const { node } of records.units) own.add(node);
  own.add(records.substationId);
  for (const { fromNode, toNode, circuit, otherCircuit } of records.switches) {
    if (circuit.assetId === records.circuitId && otherCircuit === null) own.add(fromNode).add(toNode);
  }
  const knots = new Map<string, Knot>();
  const used = new Set<string>();
  const make = (node: string, meets: boolean): Knot => ({
    node,
    units: meets ? [] : (units.get(node) ?? []),
    branches: [],
    meets,
    isForeign: !own.has(node),
  });

  const grow = (root: string): Knot => {
    const first = make(root, false);
    knots.set(root, first);
    let closed: string[] = [root];
    const waiting: { from: Knot; joint: Joint }[] = [];
    const take = (from: Knot, { edge, to }: Joint): void => {
      used.add(edge.id);
      const isKnown = knots.has(to);
      const knot = make(to, isKnown);
      from.branches.push({ edge, to: knot });
      if (isKnown) return;
      knots.set(to, knot);
      // What is behind a tie is another circuit's.
      if (!knot.isForeign) closed.push(to);
    };
    for (;;) {
      while (closed.length > 0) {
        const nodes = closed;
        closed = [];
        for (const node of nodes) {
          const from = knots.get(node);
          if (from === undefined) continue;
          for (const joint of joints.get(node) ?? []) {
            if (used.has(joint.edge.id)) continue;
            if (isOpenAtRest(joint.edge)) waiting.push({ from, joint });
            else take(from, joint);
          }
        }
      }
      const next = waiting.shift();
      if (next === undefined) return first;
      if (!used.has(next.joint.edge.id)) take(next.from, next.joint);
    }
  };

  const trees = [grow(records.substationId)];
  for (const node of [...own].sort()) {
    if (!knots.has(node)) trees.push(grow(node));
  }
  return trees.filter(({ branches, units: hanging }, i) => i === 0 || branches.length > 0 || hanging.length > 0);
}

function isOpenAtRest(edge: Edge): boolean {
  return edge.kind === 'switch' && edge.switch.isNormallyOpen;
}

function jointsOf({ sections, switches }: CircuitRecords): Map<string, Joint[]> {
  const edges: Edge[] = [
    ...sections.map((section): Edge => ({ kind: 'section', id: section.assetId, section })),
    ...switches.map((each): Edge => ({ kind: 'switch', id: each.assetId, switch: each })),
  ];
  edges.sort((a, b) => (a.id < b.id ? -1 : Number(a.id > b.id)));
  const joints = new Map<string, Joint[]>();
  const add = (node: string, joint: Joint): void => {
    const there = joints.get(node);
    if (there === undefined) joints.set(node, [joint]);
    else there.push(joint);
  };
  for (const edge of edges) {
    const { fromNode, toNode } = edge.kind === 'section' ? edge.section : edge.switch;
    if (fromNode === toNode) continue;
    add(fromNode, { edge, to: toNode });
    add(toNode, { edge, to: fromNode });
  }
  return joints;
}
