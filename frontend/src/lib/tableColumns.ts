/** Tables: how rows are ordered, and their form as CSV. */

import { csvOf } from './csv';
import { sorted } from './sorting';
import type { Sorting } from './sorting';

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

/** Rows in order of a column; without one as they came. */
export function sortRows<Row>(rows: readonly Row[], columns: readonly Column<Row>[], sorting: Sorting | null): readonly Row[] {
  const column = columns.find(({ key }) => key === sorting?.key);
  return column === undefined || sorting === null ? rows : sorted(rows, column.value, sorting.isDescending);
}

export function headOf<Row>({ label, unit }: Column<Row>): string {
  return unit === undefined ? label : `${label} (${unit})`;
}

export function toCsv<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
  return csvOf(columns.map(headOf), rows.map((row) => columns.map(({ value }) => value(row))));
}
