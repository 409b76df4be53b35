import Button from '@mui/material/Button';

import { saveCsv } from '../lib/csv';
import { toCsv } from '../lib/tableColumns';
import type { Column, Heads } from '../lib/tableColumns';

import { DownloadIcon } from './icons';

interface Props<Row> {
  /** Of the file, without its ending. */
  name: string;
  /** What is saved, as in `Download the spans as CSV`. */
  what: string;
  rows: readonly Row[];
  columns: readonly Column<Row>[];
  heads?: Heads;
  testId?: string;
}

/** Save rows as a file; all digits are kept. */
export function CsvButton<Row>({ name, what, rows, columns, heads, testId }: Props<Row>) {
  return (
    <Button
      startIcon={<DownloadIcon fontSize="small" />}
      aria-label={`Download ${what} as CSV`}
      disabled={rows.length === 0}
      onClick={() => saveCsv(name, toCsv(rows, columns, heads))}
      data-testid={testId}
    >
      CSV
    </Button>
  );
}
