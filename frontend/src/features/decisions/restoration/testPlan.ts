import type { Step } from './queries';

/** A job of a plan, for tests. */
export function step(change: Partial<Step>): Step {
  return {
    sequence: 1,
    assetId: 'BR-1',
    name: 'Alpha to Bravo',
    kind: 'LINE_OUTAGE',
    parentId: null,
    isCritical: false,
    section: null,
    crew: 1,
    leavesH: 0,
    startsH: 0,
    finishedH: 1,
    energisedH: 1,
    p20H: 0.5,
    p50H: 1,
    p80H: 2,
    restoresMw: 10,
    customers: null,
    verifiedRestoredMw: null,
    wouldTrip: null,
    needsCrew: null,
    ...change,
  };
}
