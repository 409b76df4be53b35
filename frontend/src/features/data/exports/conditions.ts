import type { VariablesOf } from '../../../gql/graphql';

import type { StartExportMutation } from './queries';

type StartExportInput = VariablesOf<typeof StartExportMutation>['input'];
export type ExportFormat = StartExportInput['format'];
type Filter = NonNullable<NonNullable<StartExportInput['filters']>[number]>;
export type Relation = NonNullable<Filter['relation']>;

export const RELATIONS: readonly (readonly [Relation, string])[] = [
  ['IN', 'is one of'],
  ['AT_LEAST', 'is at least'],
  ['AT_MOST', 'is at most'],
  ['IS_KNOWN', 'is known'],
  ['IS_UNKNOWN', 'is not known'],
];

export const FORMATS: readonly (readonly [ExportFormat, string])[] = [
  ['GEOJSON', 'GeoJSON'],
  ['GEOPACKAGE', 'GeoPackage'],
  ['CSV', 'CSV'],
  ['PARQUET', 'GeoParquet'],
  ['SHAPEFILE', 'Shapefile (zip)'],
];

export function formatText(format: ExportFormat): string {
  return FORMATS.find(([key]) => key === format)?.[1] ?? format;
}

/** A condition as it is edited. */
export interface Draft {
  attribute: string;
  relation: Relation;
  /** Several are parted by commas where the relation takes several. */
  values: string;
}

function takesValues(relation: Relation): boolean {
  return relation !== 'IS_KNOWN' && relation !== 'IS_UNKNOWN';
}

export function filtersOf(drafts: readonly Draft[]): Filter[] {
  return drafts
    .filter((draft) => draft.attribute.trim() !== '')
    .map(({ attribute, relation, values }) => ({
      attribute: attribute.trim(),
      relation,
      values: !takesValues(relation)
        ? []
        : relation === 'IN'
          ? values.split(',').map((value) => value.trim()).filter((value) => value !== '')
          : [values.trim()],
    }));
}

export type Area = { bbox: [number, number, number, number] | null; fault: string | null };

/** The rectangle in a text `west, south, east, north`; empty: everywhere. */
export function areaOf(text: string): Area {
  if (text.trim() === '') return { bbox: null, fault: null };
  const parts = text.split(/[\s,;]+/).filter((part) => part !== '');
  const [west, south, east, north] = parts.map(Number);
  if (parts.length !== 4 || west === undefined || south === undefined || east === undefined || north === undefined) {
    return { bbox: null, fault: 'Four numbers: west, south, east, north, in degrees.' };
  }
  if (![west, south, east, north].every(Number.isFinite)) return { bbox: null, fault: 'Numbers alone, in degrees.' };
  if (Math.abs(west) > 180 || Math.abs(east) > 180) return { bbox: null, fault: 'West and east are from -180 to 180.' };
  if (Math.abs(south) > 90 || Math.abs(north) > 90) return { bbox: null, fault: 'South and north are from -90 to 90.' };
  if (west >= east || south >= north) return { bbox: null, fault: 'West must be less than east, and south less than north.' };
  return { bbox: [west, south, east, north], fault: null };
}

/** Kept conditions in words. */
export function filterText(filter: Record<string, unknown>): string {
  const relation = RELATIONS.find(([key]) => key === filter.relation)?.[1] ?? String(filter.relation);
  const values = Array.isArray(filter.values) ? filter.values.map(String).join(', ') : '';
  return `${String(filter.attribute)} ${relation}${values === '' ? '' : ` ${values}`}`;
}
