import type { Finding, QualityCount } from './queries';

export type Kind = Finding['kind'];
export type Severity = Finding['severity'];

/** What each rule finds, in words. */
export const RULES: Readonly<Record<Kind, string>> = {
  NOT_FED: 'Not fed by any substation',
  LOOP: 'Closed loop',
  LOOSE_END: 'Loose end',
  REVERSED_SECTION: 'Section drawn against its feed',
  OTHER_CIRCUIT: 'Fed by another circuit than recorded',
  PHASE_MISMATCH: 'Phases that do not fit',
  VOLTAGE_MISMATCH: 'Voltages that do not fit',
  OFF_SECTION: 'Away from the section it is on',
  NO_METER: 'Transformer without a meter',
  UNUSED_POLE: 'Pole that carries nothing',
  DUPLICATE_ID: 'Id used more than once',
  ZERO_LENGTH: 'Line without length',
  WRONG_LENGTH: 'Length that does not fit the route',
  FAR_AWAY: 'Far from what it is connected to',
  REFUSED_BY_SYNC: 'Row refused by the sync',
};

/** Each with its name and what it does to answers about supply. */
export const SEVERITIES: readonly (readonly [Severity, string, string])[] = [
  ['ERROR', 'error', 'make answers about supply wrong'],
  ['WARNING', 'warning', 'may make answers about supply wrong'],
  ['INFO', 'note', 'leave answers about supply right'],
];

export function severityColour(severity: Severity): 'error' | 'warning' | 'info' {
  return severity === 'ERROR' ? 'error' : severity === 'WARNING' ? 'warning' : 'info';
}

/** What is listed, as the address says it. */
export interface Choice {
  kind: Kind | null;
  severity: Severity | null;
  assetId: string;
  offset: number;
}

export const EVERYTHING: Choice = { kind: null, severity: null, assetId: '', offset: 0 };

/** The choice in a query string; what is malformed is dropped. */
export function decodeChoice(search: string): Choice {
  const params = new URLSearchParams(search);
  const kind = params.get('kind') ?? '';
  const severity = params.get('severity');
  const offset = params.get('offset') ?? '';
  return {
    kind: Object.hasOwn(RULES, kind) ? (kind as Kind) : null,
    severity: SEVERITIES.find(([key]) => key === severity)?.[0] ?? null,
    assetId: (params.get('asset') ?? '').slice(0, 120),
    offset: /^\d{1,7}$/.test(offset) ? Number(offset) : 0,
  };
}

export function encodeChoice({ kind, severity, assetId, offset }: Choice): string {
  const params = new URLSearchParams();
  if (kind !== null) params.set('kind', kind);
  if (severity !== null) params.set('severity', severity);
  if (assetId !== '') params.set('asset', assetId);
  if (offset > 0) params.set('offset', String(offset));
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}

/** The query string with this choice in it; what else it says stays. */
export function withChoice(search: string, choice: Choice): string {
  const params = new URLSearchParams(search);
  for (const name of ['kind', 'severity', 'asset', 'offset']) params.delete(name);
  for (const [name, value] of new URLSearchParams(encodeChoice(choice))) params.append(name, value);
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}

/** Findings of each severity, over all rules. */
export function totalOf(counts: readonly QualityCount[], severity: Severity): number {
  return counts.filter((each) => each.severity === severity).reduce((sum, each) => sum + each.count, 0);
}
