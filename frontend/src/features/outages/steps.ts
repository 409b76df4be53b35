/** What may be done to outages and work orders, by their status; the server holds the same table and has the last word. */
export type OutageStep = 'CONFIRM' | 'ASSIGN' | 'WITHDRAW' | 'START' | 'RESTORE' | 'SET_CAUSE' | 'SET_ESTIMATE' | 'CANCEL';
export type WorkStep = 'ASSIGN' | 'WITHDRAW' | 'START' | 'HOLD' | 'COMPLETE' | 'CANCEL';

export const ACTIVE_STATUSES = ['PREDICTED', 'CONFIRMED', 'ASSIGNED', 'IN_PROGRESS'] as const;
const ACTIVE: readonly string[] = ACTIVE_STATUSES;

const OUTAGE_FROM: Readonly<Record<OutageStep, readonly string[]>> = {
  CONFIRM: ['PREDICTED'],
  ASSIGN: ['PREDICTED', 'CONFIRMED', 'ASSIGNED'],
  WITHDRAW: ['ASSIGNED', 'IN_PROGRESS'],
  START: ['ASSIGNED'],
  RESTORE: ACTIVE,
  SET_CAUSE: [...ACTIVE, 'RESTORED'],
  SET_ESTIMATE: ACTIVE,
  CANCEL: ACTIVE,
};

const WORK_FROM: Readonly<Record<WorkStep, readonly string[]>> = {
  ASSIGN: ['OPEN', 'ASSIGNED', 'ON_HOLD'],
  WITHDRAW: ['ASSIGNED', 'IN_PROGRESS', 'ON_HOLD'],
  START: ['ASSIGNED', 'ON_HOLD'],
  HOLD: ['ASSIGNED', 'IN_PROGRESS'],
  COMPLETE: ['IN_PROGRESS'],
  CANCEL: ['OPEN', 'ASSIGNED', 'IN_PROGRESS', 'ON_HOLD'],
};

export function isActive(status: string): boolean {
  return ACTIVE.includes(status);
}

export function outageSteps(outage: { status: string; customersOut: number; customersInterrupted: number }): ReadonlySet<OutageStep> {
  const steps = (Object.keys(OUTAGE_FROM) as OutageStep[]).filter((step) => OUTAGE_FROM[step].includes(outage.status));
  // Some of its customers were restored: it was an outage, and is no false alarm.
  const isRealised = outage.customersOut < outage.customersInterrupted;
  return new Set(steps.filter((step) => step !== 'CANCEL' || !isRealised));
}

export function workSteps(order: { status: string }): ReadonlySet<WorkStep> {
  return new Set((Object.keys(WORK_FROM) as WorkStep[]).filter((step) => WORK_FROM[step].includes(order.status)));
}

/** Orders of an outage that move together with it. */
export const JOINED_WORK_TYPES: readonly string[] = ['OUTAGE_RESTORATION', 'PLANNED_WORK'];

/** The kinds of work that can be ordered beside an outage, and how urgent. */
export const WORK_TYPES = ['REPAIR', 'REPLACEMENT', 'INSPECTION', 'POLE_INSPECTION', 'VEGETATION_TRIM'] as const;
export const PRIORITIES = ['EMERGENCY', 'HIGH', 'MEDIUM', 'LOW'] as const;

interface Devices {
  switch?: { assetId: string; kind: string } | null;
  transformer?: { assetId: string } | null;
  meter?: { assetId: string } | null;
  circuit: { assetId: string };
}

export interface Device {
  kind: 'SWITCH' | 'TRANSFORMER' | 'METER' | 'CIRCUIT';
  assetId: string;
  /** For people. */
  label: string;
}

/** The device that failed or opened: the deepest that the outage names. */
export function deviceOf(outage: Devices): Device {
  if (outage.meter != null) return { kind: 'METER', assetId: outage.meter.assetId, label: 'Service' };
  if (outage.transformer != null) return { kind: 'TRANSFORMER', assetId: outage.transformer.assetId, label: 'Transformer' };
  if (outage.switch != null) return { kind: 'SWITCH', assetId: outage.switch.assetId, label: outage.switch.kind };
  return { kind: 'CIRCUIT', assetId: outage.circuit.assetId, label: 'Whole circuit' };
}

const DEVICE_PREFIXES: readonly (readonly [string, Device['kind']])[] = [
  ['SW-', 'SWITCH'],
  ['XFMR-', 'TRANSFORMER'],
  ['MTR-', 'METER'],
  ['CKT-', 'CIRCUIT'],
];

/** What an outage can be reported of, by its natural key; null: not of this. */
export function reportable(assetId: string | null): { kind: Device['kind']; id: string } | null {
  const found = DEVICE_PREFIXES.find(([prefix]) => assetId?.startsWith(prefix));
  return assetId === null || found === undefined ? null : { kind: found[1], id: assetId };
}
