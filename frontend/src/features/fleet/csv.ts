import type { Contribution, HealthRow } from './queries';

type Cell = string | number | null | undefined;

/** A field of RFC 4180. A text that a spreadsheet would take for a formula gets an apostrophe. */
function field(cell: Cell): string {
  if (cell == null) return '';
  if (typeof cell === 'number') return String(cell);
  const text = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export function toCsv(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return [head, ...rows].map((row) => row.map(field).join(',')).join('\r\n') + '\r\n';
}

const EVIDENCE = ['AGE', 'MEMBERS', 'LOADING', 'AGEING', 'INSPECTION', 'WORK_ORDERS', 'FAULTS'] as const;

/** Health with the evidence and its points, a column each; unknown is empty. */
export function healthCsv(rows: readonly HealthRow[]): string {
  const head = [
    'asset_id',
    'class',
    'circuit_id',
    'substation_id',
    'health_index',
    'health_score',
    'band',
    'failures_per_year',
    'confidence_frac',
    'reason',
    'as_of',
    ...EVIDENCE.flatMap((each) => [`${each.toLowerCase()}_value`, `${each.toLowerCase()}_points`]),
  ];
  return toCsv(
    head,
    rows.map((row) => [
      row.assetId,
      row.assetKind,
      row.onCircuit?.assetId,
      row.inSubstation.assetId,
      row.healthIndex,
      row.healthScore,
      row.band,
      row.failuresPerYear,
      row.confidenceFrac,
      row.reason,
      row.asOf,
      ...EVIDENCE.flatMap((each) => evidenceCells(row.contributions.find((part) => part.evidence === each))),
    ]),
  );
}

function evidenceCells(part: Contribution | undefined): [Cell, Cell] {
  return part?.isKnown === true ? [part.value, part.points] : [null, null];
}

