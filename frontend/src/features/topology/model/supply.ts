/** What the closed switches of a circuit join to its substation, and to other circuits. */
import { neighbourOf } from './records';
import type { CircuitRecords } from './records';

/**
 * OWN: joined to its substation; TIED: only to other circuits, through closed ties; BOTH: to both, which is a
 * loop; NONE: to nothing. Whether the other circuit is supplied is for the server to say.
 */
export type Supply = 'OWN' | 'TIED' | 'BOTH' | 'NONE';

/** Ids of the switches that are open. */
export type OpenSwitches = ReadonlySet<string>;

/** The positions at rest, changed by what differs. */
export function openSwitches(records: CircuitRecords, offNormal: Iterable<string>): Set<string> {
  const open = new Set(records.switches.filter(({ isNormallyOpen }) => isNormallyOpen).map(({ assetId }) => assetId));
  const known = new Set(records.switches.map(({ assetId }) => assetId));
  for (const id of offNormal) {
    if (!known.has(id)) continue;
    if (!open.delete(id)) open.add(id);
  }
  return open;
}

/** The supply of each node of the circuit. */
export function supplyOf(records: CircuitRecords, open: OpenSwitches): Map<string, Supply> {
  const joined = new Map<string, string[]>();
  const join = (a: string, b: string): void => {
    link(a, b);
    link(b, a);
  };
  const link = (from: string, to: string): void => {
    const there = joined.get(from);
    if (there === undefined) joined.set(from, [to]);
    else there.push(to);
  };
  const foreign = new Set<string>();
  const own = new Set(records.sections.flatMap(({ fromNode, toNode }) => [fromNode, toNode]));
  for (const { fromNode, toNode } of records.sections) join(fromNode, toNode);
  for (const each of records.switches) {
    const { assetId, fromNode, toNode } = each;
    if (neighbourOf(each, records.circuitId) !== null) {
      for (const node of [fromNode, toNode]) if (!own.has(node) && node !== records.substationId) foreign.add(node);
    }
    if (!open.has(assetId)) join(fromNode, toNode);
  }
  const reach = (from: Iterable<string>): Set<string> => {
    const reached = new Set(from);
    const waiting = [...reached];
    for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
      for (const next of joined.get(node) ?? []) {
        if (reached.has(next)) continue;
        reached.add(next);
        waiting.push(next);
      }
    }
    return reached;
  };
  const fromHome = reach([records.substationId]);
  const fromTies = reach(foreign);
  const nodes = new Set([...own, ...foreign, records.substationId, ...records.units.map(({ node }) => node)]);
  for (const { fromNode, toNode } of records.switches) nodes.add(fromNode).add(toNode);
  const supply = new Map<string, Supply>();
  for (const node of nodes) {
    const isHome = fromHome.has(node);
    const isTied = fromTies.has(node);
    supply.set(node, isHome && isTied ? 'BOTH' : isHome ? 'OWN' : isTied ? 'TIED' : 'NONE');
  }
  return supply;
}
