/** A tree with its sections drawn together: one run from switch to switch, as a one-line diagram has it. */
import type { SectionRecord, SwitchRecord, UnitRecord } from './records';
import type { Branch, Knot } from './tree';

/** Sections in a row, with what branches off them and has no switch of its own. */
export interface Run {
  kind: 'run';
  /** Its section with the first id; of a run without any, its node. */
  key: string;
  sections: readonly SectionRecord[];
  units: readonly UnitRecord[];
  /** Nodes it touches. */
  nodes: readonly string[];
}

export interface Device {
  kind: 'switch';
  key: string;
  switch: SwitchRecord;
  /** That on the side of the source first. */
  nodes: readonly [string, string];
  /** What is behind it: another circuit, or a place drawn elsewhere in the diagram. */
  end: 'foreign' | 'ring' | null;
}

export type Item = Run | Device;

export interface Link {
  item: Item;
  to: Spot;
}

/** Where links meet. The first is the trunk: the backbone, else what carries most. */
export interface Spot {
  node: string;
  links: readonly Link[];
}

/** The tree with one run for all sections in a row, save those in `single`, which are drawn one by one. */
export function contract(root: Knot, single: ReadonlySet<string>): Spot {
  const facts = factsOf(root);
  const isKept = ({ edge, to }: Branch): boolean =>
    edge.kind === 'switch' || single.has(edge.id) || facts.get(to)?.hasSwitch === true || holdsSingle(to);
  const holds = new Map<Knot, boolean>();
  const holdsSingle = (knot: Knot): boolean => holds.get(knot) ?? false;
  for (const knot of [...facts.keys()].reverse()) {
    holds.set(knot, knot.branches.some(({ edge, to }) => single.has(edge.id) || holdsSingle(to)));
  }

  const spotAt = (knot: Knot, kept: readonly Branch[]): Spot => ({ node: knot.node, links: inOrder(kept, facts).map((branch) => linkOf(branch, knot.node)) });
  const linkOf = (branch: Branch, near: string): Link => {
    const { edge, to } = branch;
    if (edge.kind === 'switch') {
      const end = to.isForeign ? 'foreign' : to.meets ? 'ring' : null;
      return { item: { kind: 'switch', key: edge.id, switch: edge.switch, nodes: [near, to.node], end }, to: behindSwitch(to) };
    }
    const gathered = new Gathered();
    let at = gathered.walk(edge.section, to);
    let kept = gathered.take(at, isKept);
    while (!single.has(edge.id) && kept.length === 1) {
      const [next] = kept;
      if (next?.edge.kind !== 'section' || single.has(next.edge.id)) break;
      at = gathered.walk(next.edge.section, next.to);
      kept = gathered.take(at, isKept);
    }
    return { item: gathered.run(at.node), to: spotAt(at, kept) };
  };
  /** What hangs right behind a switch is a run of its own, without a section in the row. */
  const behindSwitch = (knot: Knot): Spot => {
    const gathered = new Gathered();
    const kept = gathered.take(knot, isKept);
    const beyond = spotAt(knot, kept);
    const goesOn = kept.length === 1 && kept[0]?.edge.kind === 'section' && !single.has(kept[0].edge.id);
    if (gathered.isEmpty || knot.meets) return beyond;
    if (goesOn) {
      const [link] = beyond.links;
      if (link?.item.kind === 'run') return { node: knot.node, links: [{ item: gathered.with(link.item), to: link.to }] };
    }
    return { node: knot.node, links: [{ item: gathered.run(knot.node), to: beyond }] };
  };
  return behindSwitch(root);
}

class Gathered {
  private readonly sections: SectionRecord[] = [];
  private readonly units: UnitRecord[] = [];
  private readonly nodes = new Set<string>();

  get isEmpty(): boolean {
    return this.sections.length === 0 && this.units.length === 0;
  }

  walk(section: SectionRecord, to: Knot): Knot {
    this.sections.push(section);
    this.nodes.add(section.fromNode).add(section.toNode);
    return to;
  }

  /** Takes what hangs at a node, and all that branches off there without being kept; returns what is kept. */
  take(knot: Knot, isKept: (branch: Branch) => boolean): Branch[] {
    const kept: Branch[] = [];
    const left: Branch[] = [];
    this.units.push(...knot.units);
    this.nodes.add(knot.node);
    for (const branch of knot.branches) (isKept(branch) ? kept : left).push(branch);
    for (let branch = left.pop(); branch !== undefined; branch = left.pop()) {
      if (branch.edge.kind === 'section') this.walk(branch.edge.section, branch.to);
      this.units.push(...branch.to.units);
      left.push(...branch.to.branches);
    }
    return kept;
  }

  run(node: string): Run {
    return { kind: 'run', key: keyOf(this.sections, node), sections: this.sections, units: this.units, nodes: [...this.nodes] };
  }

  with(run: Run): Run {
    const sections = [...this.sections, ...run.sections];
    return {
      ...run,
      key: keyOf(sections, run.key),
      sections,
      units: [...this.units, ...run.units],
      nodes: [...new Set([...this.nodes, ...run.nodes])],
    };
  }
}

function keyOf(sections: readonly SectionRecord[], otherwise: string): string {
  return sections.reduce<string | null>((least, { assetId }) => (least === null || assetId < least ? assetId : least), null) ?? otherwise;
}

interface Facts {
  hasSwitch: boolean;
  kva: number;
}

/** Of each node what is behind it, in the order of the tree from its root. */
function factsOf(root: Knot): Map<Knot, Facts> {
  const order: Knot[] = [root];
  for (let i = 0; i < order.length; i += 1) {
    for (const { to } of order[i]?.branches ?? []) order.push(to);
  }
  const facts = new Map<Knot, Facts>(order.map((knot) => [knot, { hasSwitch: false, kva: 0 }]));
  for (const knot of order.toReversed()) {
    const own = facts.get(knot);
    if (own === undefined) continue;
    own.kva = knot.units.reduce((sum, { ratedKva }) => sum + ratedKva, 0);
    for (const { edge, to } of knot.branches) {
      const behind = facts.get(to);
      own.hasSwitch ||= edge.kind === 'switch' || behind?.hasSwitch === true;
      own.kva += behind?.kva ?? 0;
    }
  }
  return facts;
}

/** The backbone first, then what carries most transformers, ties last; equal ones by id. */
function inOrder(branches: readonly Branch[], facts: ReadonlyMap<Knot, Facts>): Branch[] {
  const weight = ({ edge, to }: Branch): number => {
    if (edge.kind === 'switch' && (to.isForeign || to.meets)) return -1;
    const section = edge.kind === 'section' ? edge : to.branches.map((each) => each.edge).find(({ kind }) => kind === 'section');
    const isBackbone = section?.kind === 'section' && section.section.lineClass === 'BACKBONE';
    return (isBackbone ? 1e9 : 0) + (facts.get(to)?.kva ?? 0);
  };
  return branches.toSorted((a, b) => weight(b) - weight(a) || (a.edge.id < b.edge.id ? -1 : 1));
}
