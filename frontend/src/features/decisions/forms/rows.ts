import { humanize } from '../../../lib/format';
import { parseNumber, typed } from '../fields';
import type { NumberRule } from '../fields';
import { numberIn, textIn } from '../frozen';
import type { Json } from '../frozen';

/** What is typed into the fields of a row, by their names. */
export type Row = Readonly<Record<string, string>>;

export interface RowField {
  name: string;
  label: string;
  widthPx?: number;
  /** Of numbers. */
  rule?: NumberRule;
  options?: readonly { value: string; label: string }[];
  isRequired?: boolean;
  /** Whether a row has the field; all have it if left out. */
  isFor?: (row: Row) => boolean;
}

export function faultOf(field: RowField, row: Row): string | null {
  if (field.isFor?.(row) === false) return null;
  const text = row[field.name] ?? '';
  if (field.rule !== undefined) return parseNumber(text, field.rule).fault;
  return field.isRequired === true && text.trim() === '' ? 'Needed' : null;
}

export function hasFault(fields: readonly RowField[], rows: readonly Row[]): boolean {
  return rows.some((row) => fields.some((field) => faultOf(field, row) !== null));
}

/** A number of a row that has no fault and is needed there. */
export function numberAt(row: Row, name: string, rule: NumberRule): number {
  return parseNumber(row[name] ?? '', rule).value ?? 0;
}

export const LONGITUDE: NumberRule = { label: 'Longitude', unit: '°', min: -180, max: 180, isRequired: true };
export const LATITUDE: NumberRule = { label: 'Latitude', unit: '°', min: -90, max: 90, isRequired: true };
export const CREWS: NumberRule = { label: 'Crews', min: 1, max: 2000, isInteger: true, isRequired: true };
export const CUSTOMERS: NumberRule = { label: 'Customers', min: 0, isRequired: true };

const CREW_KINDS = ['TROUBLE', 'LINE', 'UNDERGROUND', 'TREE', 'SUBSTATION'] as const;
const REPAIR_KINDS = [
  'LINE_OUTAGE',
  'TRANSFORMER_OUTAGE',
  'BRANCH_TRIP',
  'SUBSTATION',
  'BUS',
  'FUSE_OR_SERVICE',
  'POLE_TRANSFORMER',
  'OVERHEAD_SPAN',
  'POLE',
  'SWITCH',
  'UNDERGROUND_CABLE',
  'SUBSTATION_BREAKER',
  'SUBSTATION_TRANSFORMER',
  'MOBILE_TRANSFORMER',
] as const;

export const STAGE_FIELDS: readonly RowField[] = [
  { name: 'longitude', label: 'Longitude', rule: LONGITUDE },
  { name: 'latitude', label: 'Latitude', rule: LATITUDE },
  { name: 'crews', label: 'Crews', rule: CREWS, widthPx: 90 },
  {
    name: 'crewKind',
    label: 'Equipped for',
    widthPx: 160,
    options: [{ value: '', label: 'every repair' }, ...CREW_KINDS.map((value) => ({ value, label: humanize(value) }))],
  },
];
export const EMPTY_STAGE: Row = { longitude: '', latitude: '', crews: '1', crewKind: '' };

export const PLACE_FIELDS: readonly RowField[] = [
  { name: 'name', label: 'Name', widthPx: 180, isRequired: true },
  { name: 'longitude', label: 'Longitude', rule: LONGITUDE },
  { name: 'latitude', label: 'Latitude', rule: LATITUDE },
];
export const EMPTY_PLACE: Row = { name: '', longitude: '', latitude: '' };

export const REPAIR_FIELDS: readonly RowField[] = [
  { name: 'assetId', label: 'Asset id', widthPx: 160, isRequired: true },
  { name: 'kind', label: 'Kind', widthPx: 190, options: REPAIR_KINDS.map((value) => ({ value, label: humanize(value) })) },
  { name: 'customers', label: 'Customers it brings back', rule: CUSTOMERS, widthPx: 170 },
  { name: 'parentId', label: 'Requires (id)', widthPx: 150 },
  { name: 'section', label: 'Section', widthPx: 110 },
  {
    name: 'isCritical',
    label: 'Critical',
    widthPx: 90,
    options: [
      { value: '', label: 'no' },
      { value: '1', label: 'yes' },
    ],
  },
];
export const EMPTY_REPAIR: Row = { assetId: '', kind: 'POLE', customers: '', parentId: '', section: '', isCritical: '' };

export function stageRow(stage: Json): Row {
  return {
    longitude: typed(numberIn(stage, 'longitude')),
    latitude: typed(numberIn(stage, 'latitude')),
    crews: typed(numberIn(stage, 'crews')),
    crewKind: textIn(stage, 'crew_kind') ?? '',
  };
}

export function placeRow(place: Json): Row {
  return { name: textIn(place, 'name') ?? '', longitude: typed(numberIn(place, 'longitude')), latitude: typed(numberIn(place, 'latitude')) };
}

export function repairRow(repair: Json): Row {
  return {
    assetId: textIn(repair, 'asset_id') ?? '',
    kind: textIn(repair, 'kind') ?? '',
    customers: typed(numberIn(repair, 'customers')),
    parentId: textIn(repair, 'parent_id') ?? '',
    section: textIn(repair, 'section') ?? '',
    isCritical: repair.is_critical === true ? '1' : '',
  };
}

function textOrNull(text: string | undefined): string | null {
  return text === undefined || text.trim() === '' ? null : text.trim();
}

export function stageOf(row: Row) {
  return {
    longitude: numberAt(row, 'longitude', LONGITUDE),
    latitude: numberAt(row, 'latitude', LATITUDE),
    crews: numberAt(row, 'crews', CREWS),
    crewKind: textOrNull(row.crewKind),
  };
}

export function placeOf(row: Row) {
  return {
    name: (row.name ?? '').trim(),
    longitude: numberAt(row, 'longitude', LONGITUDE),
    latitude: numberAt(row, 'latitude', LATITUDE),
  };
}

export function repairOf(row: Row) {
  return {
    assetId: (row.assetId ?? '').trim(),
    kind: row.kind ?? '',
    customers: numberAt(row, 'customers', CUSTOMERS),
    parentId: textOrNull(row.parentId),
    section: textOrNull(row.section),
    isCritical: row.isCritical === '1',
  };
}
