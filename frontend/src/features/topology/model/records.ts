/** A circuit as the records know it: what its one-line diagram is drawn from. */
export interface SectionRecord {
  assetId: string;
  fromNode: string;
  toNode: string;
  lineClass: string;
  phases: string;
  conductorType: string;
  ratedA: number;
  lengthM: number;
  isUnderground: boolean;
}

export interface CircuitName {
  assetId: string;
  name: string;
}

export interface SwitchRecord {
  assetId: string;
  /** BREAKER, RECLOSER, SECTIONALIZER, FUSE or TIE. */
  kind: string;
  fromNode: string;
  toNode: string;
  isNormallyOpen: boolean;
  ratedA: number;
  circuit: CircuitName;
  otherCircuit: CircuitName | null;
}

export interface UnitRecord {
  assetId: string;
  node: string;
  ratedKva: number;
  customerCount: number;
}

export interface CircuitRecords {
  circuitId: string;
  /** Its node: the circuit begins there. */
  substationId: string;
  sections: readonly SectionRecord[];
  /** Its own, and those of other circuits that tie to it. */
  switches: readonly SwitchRecord[];
  units: readonly UnitRecord[];
}

/** The circuit at the other side of a tie; null of a switch within the circuit. */
export function neighbourOf({ circuit, otherCircuit }: SwitchRecord, circuitId: string): CircuitName | null {
  if (circuit.assetId !== circuitId) return circuit;
  return otherCircuit !== null && otherCircuit.assetId !== circuitId ? otherCircuit : null;
}

/** `SW-40865-03-0002` on circuit `CKT-40865-03` is `SW 0002`; of another circuit the id is whole. */
export function shortId(assetId: string, circuitId: string): string {
  const stem = circuitId.slice(circuitId.indexOf('-') + 1);
  const cut = assetId.indexOf('-');
  const rest = assetId.slice(cut + 1);
  return cut > 0 && rest.startsWith(`${stem}-`) ? `${assetId.slice(0, cut)} ${rest.slice(stem.length + 1)}` : assetId;
}
