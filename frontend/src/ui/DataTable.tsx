import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import TableSortLabel from '@mui/material/TableSortLabel';
import { useMemo, useState } from 'react';
import type { ReactNode } from 'react';

import { download } from '../lib/download';
import { formatNumber, UNKNOWN } from '../lib/format';
import { nextSorting } from '../lib/sorting';
import type { Sorting } from '../lib/sorting';
import { sortRows, toCsv } from '../lib/tableColumns';
import type { Column } from '../lib/tableColumns';

import { DownloadIcon } from './icons';

export interface ShownColumn<Row> extends Column<Row> {
  /** What the cell shows. */
  cell: (row: Row) => ReactNode;
  /** In the file alone. */
  isHidden?: boolean;
}

interface Props<Row> {
  caption: string;
  rows: readonly Row[];
  columns: readonly ShownColumn<Row>[];
  rowKey: (row: Row) => string;
  maxHeightPx?: number;
  testId: string;
}

const FIRST_ROWS = 100;

/** Rows in any order. */
export function DataTable<Row>({ caption, rows, columns, rowKey, maxHeightPx = 420, testId }: Props<Row>) {
  const [sorting, setSorting] = useState<Sorting | null>(null);
  const [isWhole, setWhole] = useState(false);
  const sorted = useMemo(() => sortRows(rows, columns, sorting), [rows, columns, sorting]);
  const visible = columns.filter(({ isHidden = false }) => !isHidden);
  const shown = isWhole ? sorted : sorted.slice(0, FIRST_ROWS);
  return (
    <>
      <Box role="region" aria-label={`${caption}: rows`} tabIndex={0} sx={{ overflow: 'auto', maxHeight: maxHeightPx }}>
        <Table stickyHeader data-testid={testId} sx={{ '& caption': { captionSide: 'top', p: 0, pb: 0.5 } }}>
          <caption>{caption}</caption>
          <TableHead>
            <TableRow>
              {visible.map((column) => {
                const direction = sorting?.isDescending === true ? 'desc' : 'asc';
                const isActive = sorting?.key === column.key;
                return (
                  <TableCell key={column.key} align={column.isNumber === true ? 'right' : 'left'} sortDirection={isActive ? direction : false}>
                    <TableSortLabel active={isActive} direction={isActive ? direction : 'asc'} onClick={() => setSorting(nextSorting(sorting, column.key, column.isNumber === true))}>
                      {column.label}
                    </TableSortLabel>
                  </TableCell>
                );
              })}
            </TableRow>
          </TableHead>
          <TableBody>
            {shown.map((row) => (
              <TableRow key={rowKey(row)} hover>
                {visible.map((column) => (
                  <TableCell key={column.key} align={column.isNumber === true ? 'right' : 'left'} sx={{ whiteSpace: 'nowrap' }}>
                    {column.cell(row)}
                  </TableCell>
                ))}
              </TableRow>
            ))}
          </TableBody>
        </Table>
      </Box>
      {sorted.length > shown.length && (
        <Button fullWidth onClick={() => setWhole(true)}>
          Show all {formatNumber(sorted.length)} rows
        </Button>
      )}
    </>
  );
}

/** Save rows as a file; all digits are kept. */
export function CsvButton<Row>({ name, rows, columns, what }: { name: string; rows: readonly Row[]; columns: readonly Column<Row>[]; what: string }) {
  return (
    <Button
      variant="text"
      startIcon={<DownloadIcon />}
      aria-label={`Download ${what} as CSV`}
      disabled={rows.length === 0}
      onClick={() => download(`${name}.csv`, toCsv(rows, columns), 'text/csv;charset=utf-8')}
    >
      CSV
    </Button>
  );
}

/** A figure that is unknown says so to screen readers, too. */
export function Maybe({ text }: { text: string }) {
  if (text !== UNKNOWN) return text;
  return (
    <Box component="span" role="img" aria-label="not known" title="not known" sx={{ color: 'text.secondary' }}>
      {UNKNOWN}
    </Box>
  );
}
