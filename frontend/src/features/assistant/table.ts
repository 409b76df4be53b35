import { formatInstant, formatNumber, sensibleDigits, UNKNOWN } from '../../lib/format';

import type { Cell, TableColumn, TableEvent } from './events';

export interface Sorting {
  /** Index of the column. */
  column: number;
  isDescending: boolean;
}

type Row = readonly Cell[];

const collator = new Intl.Collator('en-US', { numeric: true, sensitivity: 'base' });
/** Units of bare numbers. */
const NO_UNITS: readonly string[] = ['', '1', '0..1'];

/** Rows in order of a column. Unknown comes last either way; equal rows keep their order. */
export function sortRows(rows: readonly Row[], sorting: Sorting | null): readonly Row[] {
  if (sorting === null) return rows;
  const sign = sorting.isDescending ? -1 : 1;
  return [...rows].sort((a, b) => {
    const left = a[sorting.column] ?? null;
    const right = b[sorting.column] ?? null;
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    return sign * compare(left, right);
  });
}

function compare(left: string | number | boolean, right: string | number | boolean): number {
  if (typeof left === 'string' || typeof right === 'string') return collator.compare(String(left), String(right));
  return Number(left) - Number(right);
}

/** The column clicked next: rising, falling, then as it came. Numbers begin with the largest. */
export function nextSorting(current: Sorting | null, column: number, isNumber: boolean): Sorting | null {
  if (current?.column !== column) return { column, isDescending: isNumber };
  return current.isDescending === isNumber ? { column, isDescending: !isNumber } : null;
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

/** The table as CSV (RFC 4180), all digits kept; unknown is empty. */
export function toCsv(table: Pick<TableEvent, 'columns'>, rows: readonly Row[]): string {
  const lines = [table.columns.map((column) => csvField(headOf(column))), ...rows.map((row) => row.map(csvField))];
  return lines.map((fields) => `${fields.join(',')}\r\n`).join('');
}

function csvField(value: Cell): string {
  if (value === null) return '';
  let text = String(value);
  // A spreadsheet would run a text that begins like a formula.
  if (typeof value === 'string' && /^[=+\-@\t\r]/.test(text) && Number.isNaN(Number(text))) text = `'${text}`;
  return /[",\r\n]/.test(text) || text !== text.trim() ? `"${text.replaceAll('"', '""')}"` : text;
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
