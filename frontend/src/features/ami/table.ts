/** Tables: how rows are ordered, and their form as CSV. */

export type Cell = string | number | null;

export interface Column<Row> {
  key: string;
  label: string;
  /** Of the numbers in the file; the cells on screen say theirs themselves. */
  unit?: string;
  /** What the file holds and the rows are ordered by. */
  value: (row: Row) => Cell;
  isNumber?: boolean;
}

export interface Sorting {
  key: string;
  isDescending: boolean;
}

const collator = new Intl.Collator('en-US', { numeric: true, sensitivity: 'base' });

/** Rows in order of a column. Unknown comes last either way; equal rows keep their order. */
export function sortRows<Row>(rows: readonly Row[], columns: readonly Column<Row>[], sorting: Sorting | null): readonly Row[] {
  const column = columns.find(({ key }) => key === sorting?.key);
  if (column === undefined || sorting === null) return rows;
  const sign = sorting.isDescending ? -1 : 1;
  return [...rows].sort((a, b) => {
    const left = column.value(a);
    const right = column.value(b);
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    if (typeof left === 'number' && typeof right === 'number') return sign * (left - right);
    return sign * collator.compare(String(left), String(right));
  });
}

/** The column clicked next: numbers begin with the largest; a third click brings the order of before. */
export function nextSorting<Row>(current: Sorting | null, { key, isNumber = false }: Column<Row>): Sorting | null {
  if (current?.key !== key) return { key, isDescending: isNumber };
  return current.isDescending === isNumber ? { key, isDescending: !isNumber } : null;
}

export function headOf<Row>({ label, unit }: Column<Row>): string {
  return unit === undefined ? label : `${label} (${unit})`;
}

/** CSV (RFC 4180), all digits kept; unknown is empty. */
export function toCsv<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
  const lines = [columns.map((column) => csvField(headOf(column))), ...rows.map((row) => columns.map(({ value }) => csvField(value(row))))];
  return lines.map((fields) => `${fields.join(',')}\r\n`).join('');
}

function csvField(value: Cell): string {
  if (value === null) return '';
  let text = String(value);
  // A spreadsheet would run a text that begins like a formula.
  if (typeof value === 'string' && /^[=+\-@\t\r]/.test(text)) text = `'${text}`;
  return /[",\r\n]/.test(text) || text !== text.trim() ? `"${text.replaceAll('"', '""')}"` : text;
}
