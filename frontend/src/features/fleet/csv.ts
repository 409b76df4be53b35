import { csvOf } from '../../lib/csv';
import type { CsvCell } from '../../lib/csv';

import type { Contribution, HealthRow } from './queries';

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
  return csvOf(
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

function evidenceCells(part: Contribution | undefined): [CsvCell, CsvCell] {
  return part?.isKnown === true ? [part.value, part.points] : [null, null];
}

