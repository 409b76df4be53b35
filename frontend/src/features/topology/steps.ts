/** Switching that is studied, step by step. Nothing of it is operated. */
import type { OpenSwitches } from './model/supply';

export interface Step {
  switchId: string;
  opens: boolean;
}

/** Switches that one question about their effect may name. */
export const MOST_STEPS = 50;

/** Steps without one that only repeats what the step before it of the same switch did. */
export function cleanSteps(steps: readonly Step[]): Step[] {
  const last = new Map<string, boolean>();
  return steps.filter(({ switchId, opens }) => {
    const isNew = last.get(switchId) !== opens;
    last.set(switchId, opens);
    return isNew;
  });
}

/** The open switches after some steps. */
export function afterSteps(open: OpenSwitches, steps: readonly Step[]): Set<string> {
  const after = new Set(open);
  for (const { switchId, opens } of steps) {
    if (opens) after.add(switchId);
    else after.delete(switchId);
  }
  return after;
}

/** What the steps come to: switches that end otherwise than they were. One that is not of this circuit counts as changed. */
export function netChange(open: OpenSwitches, known: ReadonlySet<string>, steps: readonly Step[]): { opened: string[]; closed: string[] } {
  const last = new Map(steps.map(({ switchId, opens }) => [switchId, opens]));
  const changed = [...last].filter(([switchId, opens]) => !known.has(switchId) || open.has(switchId) !== opens);
  return {
    opened: changed.filter(([, opens]) => opens).map(([switchId]) => switchId),
    closed: changed.filter(([, opens]) => !opens).map(([switchId]) => switchId),
  };
}
