/** What an asset's diagram is: its own, or that of the circuit it belongs to. */
import { PlaceQuery } from './queries';
import type { AskServer } from './useLoaded';

export type Subject = { kind: 'substation' | 'circuit'; id: string } | { kind: 'within'; id: string };

/** Prefixes of the assets that have a diagram, or are in one. */
export const SUBJECT_PREFIXES = ['SUB', 'CKT', 'SW', 'LINE', 'XFMR', 'POLE', 'MTR'] as const;

export function subjectOf(assetId: string): Subject | null {
  const prefix = SUBJECT_PREFIXES.find((each) => assetId.startsWith(`${each}-`));
  if (prefix === undefined) return null;
  return { kind: prefix === 'SUB' ? 'substation' : prefix === 'CKT' ? 'circuit' : 'within', id: assetId };
}

export interface Place {
  circuitId: string;
  /** What stands for it in the diagram: the section of a pole, the transformer of a meter. */
  selected: string;
}

/** The circuit an asset belongs to; null if there is none that the account may see. */
export async function loadPlace(ask: AskServer, assetId: string): Promise<Place | null> {
  const is = (prefix: string): boolean => assetId.startsWith(`${prefix}-`);
  const found = await ask(PlaceQuery, { assetId, isLine: is('LINE'), isSwitch: is('SW'), isUnit: is('XFMR'), isPole: is('POLE'), isMeter: is('MTR') });
  const at = found.line ?? found.switch ?? found.transformer ?? found.pole ?? found.meter ?? null;
  if (at === null) return null;
  return { circuitId: at.circuit.assetId, selected: found.pole?.line?.assetId ?? found.meter?.transformer.assetId ?? assetId };
}
