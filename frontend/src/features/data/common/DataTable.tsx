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

import { csvOf } from '../../../lib/csv';
import type { CsvCell } from '../../../lib/csv';
import { download } from '../../../lib/download';
import { sorted } from '../../../lib/sorting';
import type { Sorting, SortValue } from '../../../lib/sorting';
import { DownloadIcon } from '../../../ui/icons';
import { visuallyHidden } from '../../../ui/visuallyHidden';

export interface Column<Row> {
  key: string;
  label: string;
  cell: (row: Row) => ReactNode;
  /** By what the column is sorted; without it, it is not. */
  sort?: (row: Row) => SortValue;
  /** What the CSV holds, if not what it is sorted by. */
  csv?: (row: Row) => CsvCell;
  align?: 'left' | 'right';
  width?: number;
  /** Whether its texts are kept on one line. */
  isWhole?: boolean;
}

interface Props<Row> {
  /** What the table shows; read aloud, and the name of the CSV. */
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  order?: Sorting;
  selected?: string | null;
  testId?: string;
  /** Name of the CSV without its ending; without it none is offered. */
  csvName?: string;
}

/** A table whose columns can be sorted, with its rows as CSV. */
export function DataTable<Row>({ caption, columns, rows, rowKey, order: first, selected = null, testId, csvName }: Props<Row>) {
  const [order, setOrder] = useState<Sorting | null>(first ?? null);
  const shown = useMemo(() => {
    const by = order === null ? undefined : columns.find((column) => column.key === order.key)?.sort;
    return order === null || by === undefined ? rows : sorted(rows, by, order.isDescending);
  }, [columns, order, rows]);

  const save = (): void => {
    const kept = columns.filter((column) => column.csv !== undefined || column.sort !== undefined);
    const body = shown.map((row) => kept.map((column) => (column.csv ?? column.sort)?.(row)));
    download(`${csvName ?? 'table'}.csv`, csvOf(kept.map((column) => column.label), body), 'text/csv');
  };

  return (
    <Box sx={{ position: 'relative' }}>
      <Box sx={{ overflowX: 'auto' }}>
        <Table data-testid={testId}>
          <Box component="caption" sx={visuallyHidden}>
            {caption}
          </Box>
          <TableHead>
            <TableRow>
              {columns.map((column) => (
                <Head key={column.key} column={column} order={order} onOrder={setOrder} />
              ))}
            </TableRow>
          </TableHead>
          <TableBody>
            {shown.map((row) => {
              const key = rowKey(row);
              return (
                <TableRow key={key} hover selected={key === selected} data-row={key}>
                  {columns.map((column) => (
                    <TableCell key={column.key} align={column.align} sx={column.isWhole === true ? { whiteSpace: 'nowrap' } : undefined}>
                      {column.cell(row)}
                    </TableCell>
                  ))}
                </TableRow>
              );
            })}
          </TableBody>
        </Table>
      </Box>
      {csvName !== undefined && rows.length > 0 && (
        <Button startIcon={<DownloadIcon />} onClick={save} sx={{ mt: 0.5 }}>
          CSV of this table
        </Button>
      )}
    </Box>
  );
}

interface HeadProps<Row> {
  column: Column<Row>;
  order: Sorting | null;
  onOrder: (order: Sorting) => void;
}

function Head<Row>({ column, order, onOrder }: HeadProps<Row>) {
  const direction = order?.key !== column.key ? false : order.isDescending ? 'desc' : 'asc';
  return (
    <TableCell component="th" scope="col" align={column.align} sortDirection={direction} sx={{ width: column.width }}>
      {column.sort === undefined ? (
        column.label
      ) : (
        <TableSortLabel
          active={direction !== false}
          direction={direction === false ? 'asc' : direction}
          onClick={() => onOrder({ key: column.key, isDescending: direction === 'asc' })}
        >
          {column.label}
        </TableSortLabel>
      )}
    </TableCell>
  );
}
