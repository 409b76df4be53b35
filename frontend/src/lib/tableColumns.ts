/** Tables: what a column holds, how rows are ordered, and their form as CSV. */

import { csvOf } from './csv';
import type { CsvCell } from './csv';
import { sorted } from './sorting';
import type { Sorting, SortValue } from './sorting';

export interface Column<Row> {
  key: string;
  label: string;
  /** Of the numbers in the file; the cells on screen say theirs themselves. */
  unit?: string;
  isNumber?: boolean;
  /** What the file holds with all digits, and the rows are ordered by. Unknown is null. Without it, neither. */
  value?: (row: Row) => CsvCell;
  /** What the rows are ordered by, if not the value: the larger, the more it matters. */
  order?: (row: Row) => SortValue;
  /** In the file alone. */
  isHidden?: boolean;
}

/** What stands above a column of a file: the label for people, or the key for programs. */
export type Heads = 'labels' | 'keys';

/** Columns of the file alone, by their keys. */
export function fileColumns<Row>(values: Readonly<Record<string, (row: Row) => CsvCell>>): Column<Row>[] {
  return Object.entries(values).map(([key, value]) => ({ key, label: key, isHidden: true, value }));
}

export function isSortable<Row>({ value, order }: Column<Row>): boolean {
  return (order ?? value) !== undefined;
}

/** Whether a first click shows the largest on top. */
export function beginsWithLargest<Row>({ isNumber = false, order }: Column<Row>): boolean {
  return isNumber || order !== undefined;
}

/** Rows in order of a column; without one as they came. */
export function sortRows<Row>(rows: readonly Row[], columns: readonly Column<Row>[], sorting: Sorting | null): readonly Row[] {
  if (sorting === null) return rows;
  const column = columns.find(({ key }) => key === sorting.key);
  const by = column?.order ?? column?.value;
  return by === undefined ? rows : sorted(rows, by, sorting.isDescending);
}

export function toCsv<Row>(rows: readonly Row[], columns: readonly Column<Row>[], heads: Heads = 'labels'): string {
  const kept = columns.flatMap((column) => (column.value === undefined ? [] : [{ head: headOf(column, heads), value: column.value }]));
  return csvOf(kept.map(({ head }) => head), rows.map((row) => kept.map(({ value }) => value(row))));
}

function headOf<Row>({ key, label, unit }: Column<Row>, heads: Heads): string {
  if (heads === 'keys') return key;
  return unit === undefined ? label : `${label} (${unit})`;
}
