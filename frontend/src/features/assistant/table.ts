import { csvOf } from '../../lib/csv';
import { formatInstant, formatNumber, sensibleDigits, UNKNOWN } from '../../lib/format';
import { sorted } from '../../lib/sorting';
import type { Sorting } from '../../lib/sorting';

import type { Cell, TableColumn, TableEvent } from './events';

type Row = readonly Cell[];

/** Units of bare numbers. */
const NO_UNITS: readonly string[] = ['', '1', '0..1'];

/** Rows in order of the column with this number; without one as they came. */
export function sortRows(rows: readonly Row[], sorting: Sorting<number> | null): readonly Row[] {
  return sorting === null ? rows : sorted(rows, (row) => row[sorting.key], sorting.isDescending);
}

export function isNumeric(column: TableColumn): boolean {
  return column.type === 'INTEGER' || column.type === 'REAL';
}

/** Label and unit: `Rating (kVA)`. */
export function headOf(column: TableColumn): string {
  const unit = column.unit ?? '';
  return NO_UNITS.includes(unit) || column.label.endsWith(`(${unit})`) ? column.label : `${column.label} (${unit})`;
}

/** A cell as it is read. The unit stands in the head of its column. */
export function formatCell(value: Cell, column: TableColumn, timeZone?: string): string {
  if (value === null || value === '') return UNKNOWN;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number') {
    if (isYear(column)) return String(value);
    return Number.isInteger(value) ? formatNumber(value) : formatNumber(value, Math.max(1, sensibleDigits(value)));
  }
  if (column.type !== 'TIMESTAMP') return value;
  // Without an offset it is local time already, and must not be shifted.
  return /(Z|[+-]\d\d:?\d\d)$/.test(value) ? formatInstant(value, timeZone) : value.replace('T', ' ').replace(/:00(\.0+)?$/, '');
}

function isYear(column: TableColumn): boolean {
  return column.type === 'INTEGER' && /(^|_)year$/i.test(column.name);
}

export function toCsv(table: Pick<TableEvent, 'columns'>, rows: readonly Row[]): string {
  return csvOf(table.columns.map(headOf), rows);
}

/** The table for the clipboard: spreadsheets take tabs apart. */
export function toTabs(table: Pick<TableEvent, 'columns'>, rows: readonly Row[]): string {
  const field = (value: Cell): string => (value === null ? '' : String(value).replace(/[\t\r\n]+/g, ' '));
  return [table.columns.map((column) => headOf(column)), ...rows.map((row) => row.map(field))]
    .map((fields) => fields.join('\t'))
    .join('\n');
}

/** A file name out of a title: `Customers out by cause` to `customers-out-by-cause`. */
export function fileName(title: string | null, extension: string): string {
  const stem = (title ?? '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60);
  return `${stem === '' ? 'assistant' : stem}.${extension}`;
}
