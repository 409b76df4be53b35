import { typed } from '../fields';
import type { NumberRule } from '../fields';
import { isJson, numberIn, textIn } from '../frozen';
import type { Json } from '../frozen';
import type { InvestmentInput } from '../mutations';
import { MEASURE_WORDS } from '../words';

import { numberAt } from './rows';
import type { Row, RowField } from './rows';

type MeasureInput = InvestmentInput['measures'][number];
type MeasureKind = MeasureInput['kind'];

export const MEASURE_KINDS: readonly MeasureKind[] = ['HARDEN', 'UNDERGROUND', 'TRIM', 'RECONDUCTOR', 'ADD_BRANCH', 'ADD_TRANSFORMER'];
const COST: NumberRule = { label: 'Cost', unit: '$', min: 0, isAboveMin: true, isRequired: true };
const AVOIDED: NumberRule = { label: 'Outages avoided', unit: '%', min: 0, max: 100, isAboveMin: true, isRequired: true, factor: 0.01 };
const FACTOR: NumberRule = { label: 'Rating', unit: '×', min: 1, max: 100, isAboveMin: true, isRequired: true };
const REACTANCE: NumberRule = { label: 'Reactance', unit: 'pu', min: 0, isAboveMin: true, isRequired: true };
const RATE: NumberRule = { label: 'Rating', unit: 'MVA', min: 0, isAboveMin: true, isRequired: true };

const avoids = ({ kind }: Row): boolean => kind === 'HARDEN' || kind === 'UNDERGROUND' || kind === 'TRIM';
const addsBranch = ({ kind }: Row): boolean => kind === 'ADD_BRANCH';

export const MEASURE_FIELDS: readonly RowField[] = [
  { name: 'id', label: 'Name', widthPx: 170, isRequired: true },
  { name: 'kind', label: 'Kind', widthPx: 150, options: MEASURE_KINDS.map((value) => ({ value, label: MEASURE_WORDS[value] ?? value })) },
  { name: 'assetId', label: 'Asset id', widthPx: 150, isRequired: true },
  { name: 'costUsd', label: 'Cost', rule: COST, widthPx: 130 },
  { name: 'avoidedFrac', label: 'Outages avoided', rule: AVOIDED, widthPx: 150, isFor: avoids },
  { name: 'ratingFactor', label: 'New over old rating', rule: FACTOR, widthPx: 150, isFor: ({ kind }) => kind === 'RECONDUCTOR' },
  { name: 'toBus', label: 'To bus', widthPx: 150, isRequired: true, isFor: addsBranch },
  { name: 'xPu', label: 'Reactance on 100 MVA', rule: REACTANCE, widthPx: 170, isFor: addsBranch },
  { name: 'rateMva', label: 'Rating', rule: RATE, widthPx: 110, isFor: addsBranch },
];
export const EMPTY_MEASURE: Row = { id: '', kind: 'HARDEN', assetId: '', costUsd: '', avoidedFrac: '', ratingFactor: '', toBus: '', xPu: '', rateMva: '' };
export const MOST_MEASURES = 200;

export function measureRow(measure: Json): Row {
  return {
    id: textIn(measure, 'id') ?? '',
    kind: textIn(measure, 'kind') ?? 'HARDEN',
    assetId: textIn(measure, 'asset_id') ?? '',
    costUsd: typed(numberIn(measure, 'cost_usd')),
    avoidedFrac: typed(numberIn(measure, 'avoided_frac'), 0.01),
    ratingFactor: typed(numberIn(measure, 'rating_factor')),
    toBus: textIn(measure, 'to_bus') ?? '',
    xPu: typed(numberIn(measure, 'x_pu')),
    rateMva: typed(numberIn(measure, 'rate_mva')),
  };
}

export function measureOf(row: Row): MeasureInput {
  const kind = MEASURE_KINDS.find((each) => each === row.kind) ?? 'HARDEN';
  return {
    id: (row.id ?? '').trim(),
    kind,
    assetId: (row.assetId ?? '').trim(),
    costUsd: numberAt(row, 'costUsd', COST),
    avoidedFrac: avoids(row) ? numberAt(row, 'avoidedFrac', AVOIDED) : null,
    ratingFactor: kind === 'RECONDUCTOR' ? numberAt(row, 'ratingFactor', FACTOR) : null,
    toBus: addsBranch(row) ? (row.toBus ?? '').trim() : null,
    xPu: addsBranch(row) ? numberAt(row, 'xPu', REACTANCE) : null,
    rateMva: addsBranch(row) ? numberAt(row, 'rateMva', RATE) : null,
  };
}

const RUN_ID: NumberRule = { label: 'Run', min: 1, isInteger: true, isRequired: true };
const PER_YEAR: NumberRule = { label: 'Times a year', min: 0, isRequired: true };
const HOURS: NumberRule = { label: 'Hours', unit: 'h', min: 0, isRequired: true };

export const CASE_FIELDS: readonly RowField[] = [
  { name: 'runId', label: 'Run', rule: RUN_ID, widthPx: 100 },
  { name: 'perYear', label: 'Times a year', rule: PER_YEAR },
  { name: 'lowH', label: 'Lasts, low', rule: HOURS },
  { name: 'midH', label: 'mid', rule: HOURS },
  { name: 'highH', label: 'high', rule: HOURS },
];
export const EMPTY_CASE: Row = { runId: '', perYear: '', lowH: '', midH: '', highH: '' };
export const MOST_CASES = 50;

export function caseRow(given: Json): Row {
  const durations = isJson(given.durations) ? given.durations : {};
  return {
    runId: typed(numberIn(given, 'run_id')),
    perYear: typed(numberIn(given, 'per_year')),
    lowH: typed(numberIn(durations, 'low_h')),
    midH: typed(numberIn(durations, 'mid_h')),
    highH: typed(numberIn(durations, 'high_h')),
  };
}

export function caseOf(row: Row): InvestmentInput['cases'][number] {
  return {
    runId: (row.runId ?? '').trim(),
    perYear: numberAt(row, 'perYear', PER_YEAR),
    durations: { lowH: numberAt(row, 'lowH', HOURS), midH: numberAt(row, 'midH', HOURS), highH: numberAt(row, 'highH', HOURS) },
  };
}

interface Outage {
  assetId: string;
}
interface Trip {
  branchAssetId: string;
}

/** What could be tried against a run: what failed first made stronger, what tripped first with a higher rating. Costs are yours to enter. */
export function suggested(outages: readonly Outage[], trips: readonly Trip[]): readonly Row[] {
  return [
    ...outages.map(({ assetId }) => ({ ...EMPTY_MEASURE, id: `Harden ${assetId}`, kind: 'HARDEN', assetId })),
    ...trips.map(({ branchAssetId }) => ({ ...EMPTY_MEASURE, id: `Reconductor ${branchAssetId}`, kind: 'RECONDUCTOR', assetId: branchAssetId })),
  ];
}

/** Rows that are not there yet, by their names. */
export function added(rows: readonly Row[], more: readonly Row[], most: number): readonly Row[] {
  const names = new Set(rows.map(({ id }) => id));
  return [...rows, ...more.filter(({ id }) => !names.has(id))].slice(0, most);
}

export function repeatedName(rows: readonly Row[]): string | null {
  const names = rows.map(({ id }) => (id ?? '').trim());
  return names.find((name, index) => name !== '' && names.indexOf(name) !== index) ?? null;
}

/** The input of a study, from that of one before it and another budget. */
export function withBudget(inputs: Json, name: string, budgetUsd: number): InvestmentInput {
  const rows = (field: string): readonly Json[] => (Array.isArray(inputs[field]) ? inputs[field].filter(isJson) : []);
  return {
    name,
    cases: rows('cases').map((given) => {
      const durations = isJson(given.durations) ? given.durations : {};
      return {
        runId: String(numberIn(given, 'run_id') ?? ''),
        perYear: numberIn(given, 'per_year') ?? 0,
        durations: { lowH: numberIn(durations, 'low_h') ?? 0, midH: numberIn(durations, 'mid_h') ?? 0, highH: numberIn(durations, 'high_h') ?? 0 },
      };
    }),
    measures: rows('measures').map((measure) => ({
      id: textIn(measure, 'id') ?? '',
      kind: MEASURE_KINDS.find((each) => each === measure.kind) ?? 'HARDEN',
      assetId: textIn(measure, 'asset_id') ?? '',
      costUsd: numberIn(measure, 'cost_usd') ?? 0,
      avoidedFrac: numberIn(measure, 'avoided_frac'),
      ratingFactor: numberIn(measure, 'rating_factor'),
      toBus: textIn(measure, 'to_bus'),
      xPu: numberIn(measure, 'x_pu'),
      rateMva: numberIn(measure, 'rate_mva'),
    })),
    budgetUsd,
    years: numberIn(inputs, 'years') ?? 0,
    discountFrac: numberIn(inputs, 'discount_frac') ?? 0,
  };
}
