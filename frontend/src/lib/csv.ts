import { download } from './download';

export type CsvCell = string | number | boolean | null | undefined;

/** CSV (RFC 4180) with a head, all digits kept; unknown is empty. */
export function csvOf(head: readonly string[], rows: readonly (readonly CsvCell[])[]): string {
  return [head, ...rows].map((row) => `${row.map(field).join(',')}\r\n`).join('');
}

/** A text that a spreadsheet would run as a formula gets an apostrophe; a number in words stays one. */
function field(cell: CsvCell): string {
  if (cell === null || cell === undefined) return '';
  let text = String(cell);
  if (typeof cell === 'string' && /^[=+\-@\t\r]/.test(text) && Number.isNaN(Number(text))) text = `'${text}`;
  return /[",\r\n]/.test(text) || text !== text.trim() ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Hand CSV over as a file; its name comes without the ending. */
export function saveCsv(name: string, text: string): void {
  download(`${name}.csv`, text, 'text/csv;charset=utf-8');
}
