import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import ButtonBase from '@mui/material/ButtonBase';
import MuiTable from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import TableSortLabel from '@mui/material/TableSortLabel';
import { useMemo, useState } from 'react';
import type { ReactNode } from 'react';

import { csvOf } from '../../lib/csv';
import { download } from '../../lib/download';
import { formatNumber } from '../../lib/format';
import { nextSorting, sorted } from '../../lib/sorting';
import type { Sorting } from '../../lib/sorting';
import { DownloadIcon } from '../../ui/icons';
import { visuallyHidden } from '../../ui/visuallyHidden';

export interface Column<Row> {
  key: string;
  /** Head of the column; in the file the key stands for it. */
  label: string;
  title?: string;
  /** What rows are ordered by, and the file holds. */
  value: (row: Row) => string | number | null | undefined;
  /** What the cell shows; without it the column is in the file alone. */
  cell?: (row: Row) => ReactNode;
  /** What rows are ordered by, if not the value. */
  order?: (row: Row) => number | null;
  isNumber?: boolean;
}

interface Props<Row> {
  caption: string;
  rows: readonly Row[];
  columns: readonly Column<Row>[];
  rowKey: (row: Row) => string;
  selected?: string | null;
  /** Chosen by its first cell, or by a click anywhere on the row. */
  onSelect?: (row: Row) => void;
  testId: string;
}

const FIRST_ROWS = 60;

/** Rows in any order; one can be chosen. */
export function Table<Row>({ caption, rows, columns, rowKey, selected = null, onSelect, testId }: Props<Row>) {
  const [sorting, setSorting] = useState<Sorting | null>(null);
  const [isWhole, setWhole] = useState(false);
  const inOrder = useMemo(() => {
    const column = columns.find(({ key }) => key === sorting?.key);
    return column === undefined || sorting === null ? rows : sorted(rows, column.order ?? column.value, sorting.isDescending);
  }, [rows, columns, sorting]);
  const visible = columns.filter(({ cell }) => cell !== undefined);
  const shown = isWhole ? inOrder : inOrder.slice(0, FIRST_ROWS);
  return (
    <>
      <Box role="region" aria-label={caption} tabIndex={0} sx={{ overflowX: 'auto' }}>
        <MuiTable data-testid={testId} sx={{ '& .MuiTableCell-root': { px: 0.5, fontSize: '0.75rem' } }}>
          <caption style={visuallyHidden}>{caption}</caption>
          <TableHead>
            <TableRow>
              {visible.map(({ key, label, title, isNumber = false, order }) => {
                const isActive = sorting?.key === key;
                const direction = sorting?.isDescending === true ? 'desc' : 'asc';
                return (
                  <TableCell key={key} title={title} align={isNumber ? 'right' : 'left'} sortDirection={isActive ? direction : false}>
                    <TableSortLabel
                      hideSortIcon={!isActive}
                      active={isActive}
                      direction={isActive ? direction : 'asc'}
                      onClick={() => setSorting(nextSorting(sorting, key, isNumber || order !== undefined))}
                    >
                      {label}
                    </TableSortLabel>
                  </TableCell>
                );
              })}
            </TableRow>
          </TableHead>
          <TableBody>
            {shown.map((row) => {
              const key = rowKey(row);
              return (
                <TableRow
                  key={key}
                  hover
                  selected={key === selected}
                  data-testid={`${testId}-${key}`}
                  onClick={onSelect === undefined ? undefined : () => onSelect(row)}
                  sx={{ cursor: onSelect === undefined ? undefined : 'pointer' }}
                >
                  {visible.map(({ key: name, cell, isNumber = false }, index) => (
                    <TableCell key={name} align={isNumber ? 'right' : 'left'} sx={{ whiteSpace: 'nowrap', verticalAlign: 'top' }}>
                      {index === 0 && onSelect !== undefined ? (
                        <ButtonBase
                          sx={{ display: 'block', font: 'inherit', textAlign: 'left', color: 'primary.main', borderRadius: 0.5 }}
                          onClick={(event) => {
                            event.stopPropagation();
                            onSelect(row);
                          }}
                        >
                          {cell?.(row)}
                        </ButtonBase>
                      ) : (
                        cell?.(row)
                      )}
                    </TableCell>
                  ))}
                </TableRow>
              );
            })}
          </TableBody>
        </MuiTable>
      </Box>
      {inOrder.length > shown.length && (
        <Button fullWidth onClick={() => setWhole(true)}>
          Show all {formatNumber(inOrder.length)} rows
        </Button>
      )}
    </>
  );
}

export function csvOfColumns<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
  return csvOf(
    columns.map(({ key }) => key),
    rows.map((row) => columns.map(({ value }) => value(row))),
  );
}

/** Save rows as a file; all digits are kept, lengths are in metres. */
export function CsvButton<Row>({ name, what, rows, columns }: { name: string; what: string; rows: readonly Row[]; columns: readonly Column<Row>[] }) {
  return (
    <Button
      startIcon={<DownloadIcon fontSize="small" />}
      aria-label={`Download ${what} as CSV`}
      disabled={rows.length === 0}
      onClick={() => download(`${name}.csv`, csvOfColumns(rows, columns), 'text/csv;charset=utf-8')}
    >
      CSV
    </Button>
  );
}
