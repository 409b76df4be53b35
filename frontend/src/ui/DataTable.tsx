import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import ButtonBase from '@mui/material/ButtonBase';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import { useMemo, useState } from 'react';
import type { ReactNode } from 'react';

import type { CsvCell } from '../lib/csv';
import { formatNumber, UNKNOWN } from '../lib/format';
import { nextSorting } from '../lib/sorting';
import type { Sorting } from '../lib/sorting';
import { beginsWithLargest, isSortable, sortRows } from '../lib/tableColumns';
import type { Column } from '../lib/tableColumns';

import { CsvButton } from './CsvButton';
import { Maybe } from './Maybe';
import { Pager, rangeWords } from './Pager';
import { SortHead } from './SortHead';

export interface ShownColumn<Row> extends Column<Row> {
  /** What the cell shows; without it, the value: numbers as whole ones. */
  cell?: (row: Row) => ReactNode;
  /** What the head means. */
  title?: string;
  /** Long texts that take several lines; all others are kept on one. */
  isWrapped?: boolean;
  widthPx?: number;
}

/** What the table is: written above it, or told only to those who do not see it. */
type Named = { caption: string; label?: undefined } | { label: string; caption?: undefined };

type Props<Row> = Named & {
  rows: readonly Row[];
  columns: readonly ShownColumn<Row>[];
  rowKey: (row: Row) => string;
  testId: string;
  /** Rows have the test id of this, a hyphen and their key. */
  rowTestId?: string;
  /** The order at first; without it as the rows come. */
  sorting?: Sorting;
  isSelected?: (row: Row) => boolean;
  /** Chosen by its first cell, or by a click anywhere on the row. */
  onSelect?: (row: Row) => void;
  /** Rows of a page; without it the first are shown, and all on demand. */
  pageSize?: number;
  firstRows?: number;
  /** Beyond this it scrolls under its heads; null: as tall as its rows. */
  maxHeightPx?: number | null;
  /** Name of the file of all rows, without its ending; without it none is offered here. */
  csv?: string;
  /** For narrow panels. */
  isDense?: boolean;
};

const DENSE = { '& .MuiTableCell-root': { px: 0.5, fontSize: '0.75rem' }, '& td': { verticalAlign: 'top' } };

/** Rows in any order, page by page or with the first on top, and as a file; one can be chosen. */
export function DataTable<Row>({
  label,
  caption,
  rows,
  columns,
  rowKey,
  testId,
  rowTestId,
  sorting: first,
  isSelected,
  onSelect,
  pageSize,
  firstRows = 100,
  maxHeightPx = pageSize === undefined ? 420 : null,
  csv,
  isDense = false,
}: Props<Row>) {
  const [sorting, setSorting] = useState<Sorting | null>(first ?? null);
  const [page, setPage] = useState(0);
  const [isWhole, setWhole] = useState(false);
  const ordered = useMemo(() => sortRows(rows, columns, sorting), [rows, columns, sorting]);
  const visible = columns.filter(({ isHidden = false }) => !isHidden);
  const size = pageSize ?? (isWhole ? ordered.length : firstRows);
  // Rows may have become fewer since the page was turned.
  const offset = pageSize === undefined ? 0 : Math.min(page, Math.max(0, Math.ceil(ordered.length / size) - 1)) * size;
  const shown = ordered.slice(offset, offset + size);
  const name = caption ?? label;
  const sort = (column: Column<Row>): void => {
    setPage(0);
    setSorting(nextSorting(sorting, column.key, beginsWithLargest(column)));
  };
  const file = csv !== undefined && <CsvButton name={csv} what={name} rows={ordered} columns={columns} testId={`${testId}-csv`} />;
  return (
    <>
      <Box role="region" aria-label={`${name}: rows`} tabIndex={0} sx={maxHeightPx === null ? { overflowX: 'auto' } : { overflow: 'auto', maxHeight: maxHeightPx }}>
        <Table
          stickyHeader={maxHeightPx !== null}
          aria-label={label}
          data-testid={testId}
          sx={{ '& caption': { captionSide: 'top', p: 0, pb: 0.5 }, ...(isDense ? DENSE : {}) }}
        >
          {caption !== undefined && <caption>{caption}</caption>}
          <TableHead>
            <TableRow>
              {visible.map((column) => (
                <Head key={column.key} column={column} sorting={sorting} onSort={() => sort(column)} />
              ))}
            </TableRow>
          </TableHead>
          <TableBody>
            {shown.map((row) => {
              const key = rowKey(row);
              return (
                <TableRow
                  key={key}
                  hover
                  selected={isSelected?.(row) ?? false}
                  data-testid={rowTestId === undefined ? undefined : `${rowTestId}-${key}`}
                  onClick={onSelect === undefined ? undefined : () => onSelect(row)}
                  sx={{ cursor: onSelect === undefined ? undefined : 'pointer' }}
                >
                  {visible.map((column, at) => (
                    <TableCell key={column.key} align={alignOf(column)} sx={{ whiteSpace: column.isWrapped === true ? undefined : 'nowrap' }}>
                      {at === 0 && onSelect !== undefined ? <Choice onChoose={() => onSelect(row)}>{shownIn(column, row)}</Choice> : shownIn(column, row)}
                    </TableCell>
                  ))}
                </TableRow>
              );
            })}
          </TableBody>
        </Table>
      </Box>
      {pageSize !== undefined && (
        <Pager
          note={shown.length === 0 ? 'None' : rangeWords(offset, shown.length, ordered.length)}
          onBefore={offset === 0 ? null : () => setPage(offset / size - 1)}
          onNext={offset + size >= ordered.length ? null : () => setPage(offset / size + 1)}
        >
          {file}
        </Pager>
      )}
      {pageSize === undefined && shown.length < ordered.length && (
        <Button fullWidth onClick={() => setWhole(true)}>
          Show all {formatNumber(ordered.length)} rows
        </Button>
      )}
      {pageSize === undefined && file}
    </>
  );
}

interface HeadProps<Row> {
  column: ShownColumn<Row>;
  sorting: Sorting | null;
  onSort: () => void;
}

function Head<Row>({ column, sorting, onSort }: HeadProps<Row>) {
  const { key, label, title, widthPx } = column;
  if (!isSortable(column)) {
    return (
      <TableCell align={alignOf(column)} title={title} sx={{ width: widthPx }}>
        {label}
      </TableCell>
    );
  }
  return (
    <SortHead id={key} sort={sorting?.key ?? null} isDescending={sorting?.isDescending ?? false} onSort={onSort} align={alignOf(column)} title={title} widthPx={widthPx}>
      {label}
    </SortHead>
  );
}

/** The first cell of a row that can be chosen, for those without a mouse. */
function Choice({ onChoose, children }: { onChoose: () => void; children: ReactNode }) {
  return (
    <ButtonBase
      sx={{ display: 'block', font: 'inherit', textAlign: 'left', color: 'primary.main', borderRadius: 0.5 }}
      onClick={(event) => {
        event.stopPropagation();
        onChoose();
      }}
    >
      {children}
    </ButtonBase>
  );
}

function alignOf<Row>({ isNumber = false }: Column<Row>): 'left' | 'right' {
  return isNumber ? 'right' : 'left';
}

function shownIn<Row>({ cell, value }: ShownColumn<Row>, row: Row): ReactNode {
  return cell === undefined ? <Value value={value?.(row)} /> : cell(row);
}

function Value({ value }: { value: CsvCell }) {
  if (value === null || value === undefined) return <Maybe text={UNKNOWN} />;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'number' ? <Maybe text={formatNumber(value)} /> : value;
}
