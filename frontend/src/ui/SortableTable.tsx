import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import TableSortLabel from '@mui/material/TableSortLabel';
import Typography from '@mui/material/Typography';
import { useMemo, useState } from 'react';
import type { ReactNode } from 'react';

import { csvOf } from '../lib/csv';
import { download } from '../lib/download';
import { formatNumber } from '../lib/format';
import { nextSorting, sorted } from '../lib/sorting';
import type { Sorting, SortValue } from '../lib/sorting';

import { DownloadIcon } from './icons';

export interface SortableColumn<Row> {
  key: string;
  label: string;
  isNumber?: boolean;
  /** What it is ordered by, and what the file holds, with all digits. */
  value: (row: Row) => SortValue;
  /** What the cell shows. */
  cell: (row: Row) => ReactNode;
}

interface Props<Row> {
  /** What the table is, for those who do not see it. */
  label: string;
  rows: readonly Row[];
  columns: readonly SortableColumn<Row>[];
  rowKey: (row: Row) => string;
  testId: string;
  /** Name of the file without its ending; none: no file. */
  file?: string;
  pageSize?: number;
  isSelected?: (row: Row) => boolean;
}

/** Rows in any order, page by page, and as a file. */
export function SortableTable<Row>({ label, rows, columns, rowKey, testId, file, pageSize = 50, isSelected }: Props<Row>) {
  const [sorting, setSorting] = useState<Sorting | null>(null);
  const [page, setPage] = useState(0);
  const ordered = useMemo(() => {
    const column = columns.find(({ key }) => key === sorting?.key);
    return column === undefined || sorting === null ? rows : sorted(rows, column.value, sorting.isDescending);
  }, [rows, columns, sorting]);
  const pageCount = Math.max(1, Math.ceil(ordered.length / pageSize));
  const shownPage = Math.min(page, pageCount - 1);
  const shown = ordered.slice(shownPage * pageSize, (shownPage + 1) * pageSize);
  const save = (): void => {
    const head = columns.map((column) => column.label);
    download(`${file ?? testId}.csv`, csvOf(head, ordered.map((row) => columns.map(({ value }) => value(row)))), 'text/csv;charset=utf-8');
  };
  return (
    <>
      <Box role="region" aria-label={`${label}: rows`} tabIndex={0} sx={{ overflowX: 'auto' }}>
        <Table size="small" aria-label={label} data-testid={testId}>
          <TableHead>
            <TableRow>
              {columns.map((column) => {
                const isActive = sorting?.key === column.key;
                const direction = isActive && sorting.isDescending ? 'desc' : 'asc';
                return (
                  <TableCell key={column.key} align={column.isNumber === true ? 'right' : 'left'} sortDirection={isActive ? direction : false}>
                    <TableSortLabel
                      active={isActive}
                      direction={direction}
                      hideSortIcon={!isActive}
                      onClick={() => {
                        setPage(0);
                        setSorting(nextSorting(sorting, column.key, column.isNumber === true));
                      }}
                    >
                      {column.label}
                    </TableSortLabel>
                  </TableCell>
                );
              })}
            </TableRow>
          </TableHead>
          <TableBody>
            {shown.map((row) => (
              <TableRow key={rowKey(row)} hover selected={isSelected?.(row) ?? false}>
                {columns.map((column) => (
                  <TableCell key={column.key} align={column.isNumber === true ? 'right' : 'left'} sx={{ whiteSpace: 'nowrap' }}>
                    {column.cell(row)}
                  </TableCell>
                ))}
              </TableRow>
            ))}
          </TableBody>
        </Table>
      </Box>
      <Box sx={{ display: 'flex', alignItems: 'center', gap: 1, mt: 0.5 }}>
        <Typography variant="caption" color="textSecondary" sx={{ flex: 1 }} role="status">
          {ordered.length === 0
            ? 'None'
            : `${formatNumber(shownPage * pageSize + 1)} to ${formatNumber(shownPage * pageSize + shown.length)} of ${formatNumber(ordered.length)}`}
        </Typography>
        {pageCount > 1 && (
          <>
            <Button disabled={shownPage === 0} onClick={() => setPage(shownPage - 1)}>
              Before
            </Button>
            <Button disabled={shownPage >= pageCount - 1} onClick={() => setPage(shownPage + 1)}>
              Next
            </Button>
          </>
        )}
        {file !== undefined && (
          <Button startIcon={<DownloadIcon fontSize="small" />} disabled={rows.length === 0} onClick={save} aria-label={`Download ${label} as CSV`} data-testid={`${testId}-csv`}>
            CSV
          </Button>
        )}
      </Box>
    </>
  );
}
