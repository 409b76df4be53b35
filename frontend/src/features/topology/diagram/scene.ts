/** What the diagram shows beside the circuit itself. */
import type { Item, Run } from '../model/contract';
import type { OpenSwitches, Supply } from '../model/supply';

export interface Scene {
  circuitId: string;
  open: OpenSwitches;
  supply: ReadonlyMap<string, Supply>;
  /** Transformers that the server says have no supply, and those it says have. */
  dead: ReadonlySet<string>;
  alive: ReadonlySet<string>;
  /** What a trace found, by id. */
  found: ReadonlySet<string>;
  /** The zone at fault, by id. */
  faulted: ReadonlySet<string>;
  /** What to do at a switch to isolate a fault. */
  orders: ReadonlyMap<string, 'open' | 'separate' | 'reclose'>;
  /** Switches of the study: the number of their last step, and whether it opens. */
  studied: ReadonlyMap<string, { number: number; opens: boolean }>;
  offNormal: ReadonlySet<string>;
  selected: string | null;
}

/** The supply of a run; where the server knows better of its transformers, what it says. */
export function supplyOfRun(run: Run, { supply, dead, alive }: Scene): Supply {
  const [node] = run.nodes;
  const own = (node === undefined ? undefined : supply.get(node)) ?? 'NONE';
  if (run.units.length === 0) return own;
  if (run.units.every(({ assetId }) => dead.has(assetId))) return 'NONE';
  return own === 'NONE' && run.units.some(({ assetId }) => alive.has(assetId)) ? 'TIED' : own;
}

export function isSelected(item: Item, selected: string | null): boolean {
  if (selected === null) return false;
  if (item.kind === 'switch') return item.key === selected;
  return item.key === selected || item.sections.some(({ assetId }) => assetId === selected) || item.units.some(({ assetId }) => assetId === selected);
}

/** Whether any part of an item is among some ids. */
export function isAmong(item: Item, ids: ReadonlySet<string>): boolean {
  if (ids.size === 0) return false;
  if (item.kind === 'switch') return ids.has(item.key);
  return item.sections.some(({ assetId }) => ids.has(assetId)) || item.units.some(({ assetId }) => ids.has(assetId));
}
