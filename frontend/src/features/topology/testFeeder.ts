import type { CircuitRecords, SectionRecord, SwitchRecord, UnitRecord } from './model/records';

/** Circuits for tests. */
export const OWN = { assetId: 'CKT-1-01', name: 'Katy 01' };
export const OTHER = { assetId: 'CKT-2-01', name: 'Alvin 01' };

interface Drawn {
  /** LINE, or the kind of a switch. */
  kind: string;
  from: string;
  to: string;
  kva?: number;
  isOpen?: boolean;
  isBackbone?: boolean;
  other?: typeof OTHER;
  owner?: typeof OTHER;
}

export function recordsOf(drawn: readonly Drawn[]): CircuitRecords {
  const sections: SectionRecord[] = [];
  const switches: SwitchRecord[] = [];
  const units: UnitRecord[] = [];
  for (const { kind, from, to, kva = 0, isOpen = false, isBackbone = false, other, owner = OWN } of drawn) {
    if (kind === 'LINE') {
      sections.push({
        assetId: `LINE-1-01-${number(sections.length + 1)}`,
        fromNode: from,
        toNode: to,
        lineClass: isBackbone ? 'BACKBONE' : 'LATERAL',
        phases: 'ABC',
        conductorType: '795 AAC',
        ratedA: 600,
        lengthM: 100,
        isUnderground: false,
      });
    } else {
      switches.push({
        assetId: owner === OWN ? `SW-1-01-${number(switches.length + 1)}` : `SW-2-01-${number(switches.length + 1)}`,
        kind,
        fromNode: from,
        toNode: to,
        isNormallyOpen: isOpen,
        ratedA: 600,
        circuit: owner,
        otherCircuit: other ?? null,
      });
    }
    if (kva > 0) units.push({ assetId: `XFMR-1-01-${number(units.length + 1)}`, node: to, ratedKva: kva, customerCount: kva / 5 });
  }
  return { circuitId: OWN.assetId, substationId: 'SUB-1', sections, switches, units };
}

function number(n: number): string {
  return String(n).padStart(4, '0');
}

/**
 * A feeder as drawn by hand:
 *
 *     SUB-1 =breaker= A - B - C =recloser= D - E ~tie~ other circuit
 *                         |
 *                        fuse - F - G (25 kVA each, G branches off to H)
 */
export function feeder(): CircuitRecords {
  return recordsOf([
    { kind: 'BREAKER', from: 'SUB-1', to: 'A' },
    { kind: 'LINE', from: 'A', to: 'B', kva: 100, isBackbone: true },
    { kind: 'LINE', from: 'B', to: 'C', isBackbone: true },
    { kind: 'FUSE', from: 'C', to: 'F' },
    { kind: 'LINE', from: 'F', to: 'G', kva: 25 },
    { kind: 'LINE', from: 'G', to: 'H', kva: 25 },
    { kind: 'LINE', from: 'G', to: 'I', kva: 50 },
    { kind: 'RECLOSER', from: 'C', to: 'D' },
    { kind: 'LINE', from: 'D', to: 'E', kva: 75, isBackbone: true },
    { kind: 'TIE', from: 'X', to: 'E', isOpen: true, owner: OTHER, other: OWN },
  ]);
}
