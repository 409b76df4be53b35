import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import IconButton from '@mui/material/IconButton';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import TableSortLabel from '@mui/material/TableSortLabel';
import Tooltip from '@mui/material/Tooltip';
import Typography from '@mui/material/Typography';
import { useMemo, useState } from 'react';

import { download } from '../../lib/download';
import { formatNumber, plural, UNKNOWN } from '../../lib/format';
import { nextSorting } from '../../lib/sorting';
import type { Sorting } from '../../lib/sorting';
import { CopyButton } from '../../ui/CopyButton';
import { DownloadIcon } from '../../ui/icons';

import { useAnswerActions } from './actions';
import type { Cell, TableColumn, TableEvent } from './events';
import { fileName, formatCell, headOf, isNumeric, sortRows, toCsv, toTabs } from './table';

const FIRST_ROWS = 12;
const MORE_ROWS = 100;

/** Rows of an answer: in any order, to copy and to take along. Ids of assets lead to the map. */
export function ResultTable({ table }: { table: TableEvent }) {
  const [sorting, setSorting] = useState<Sorting<number> | null>(null);
  const [shownCount, setShownCount] = useState(FIRST_ROWS);
  const rows = useMemo(() => sortRows(table.rows, sorting), [table.rows, sorting]);
  const shown = rows.slice(0, shownCount);
  const title = table.title ?? 'Rows';

  return (
    <Box component="section" aria-label={title} data-testid="answer-table" sx={{ border: 1, borderColor: 'divider', borderRadius: 1 }}>
      <Box sx={{ display: 'flex', alignItems: 'center', pl: 1, minHeight: 30 }}>
        <Typography variant="caption" component="h4" noWrap title={title} sx={{ m: 0, fontWeight: 500, flex: 1, minWidth: 0 }}>
          {title}
          <Box component="span" sx={{ color: 'text.secondary', fontWeight: 400 }}>
            {` · ${countOf(table)}`}
          </Box>
        </Typography>
        <CopyButton label="Copy the rows" text={() => toTabs(table, rows)} />
        <Tooltip title="Save as CSV">
          <IconButton
            aria-label="Save as CSV"
            data-testid="table-csv"
            onClick={() => download(fileName(table.title, 'csv'), toCsv(table, rows), 'text/csv;charset=utf-8')}
          >
            <DownloadIcon sx={{ fontSize: 16 }} />
          </IconButton>
        </Tooltip>
      </Box>
      <Box sx={{ overflow: 'auto', maxHeight: 420 }} tabIndex={0} role="region" aria-label={`${title}, rows`}>
        <Table stickyHeader>
          <TableHead>
            <TableRow>
              {table.columns.map((column, at) => (
                <TableCell
                  key={column.name}
                  align={isNumeric(column) ? 'right' : 'left'}
                  sx={{ whiteSpace: 'normal', verticalAlign: 'bottom', lineHeight: 1.3 }}
                  sortDirection={sorting?.key === at ? directionOf(sorting) : false}
                >
                  <TableSortLabel
                    active={sorting?.key === at}
                    direction={sorting?.key === at ? directionOf(sorting) : 'asc'}
                    onClick={() => setSorting(nextSorting(sorting, at, isNumeric(column)))}
                  >
                    {headOf(column)}
                  </TableSortLabel>
                </TableCell>
              ))}
            </TableRow>
          </TableHead>
          <TableBody>
            {shown.map((row, at) => (
              // Rows have no key of their own, and their order is the whole of their identity.
              <TableRow key={at} hover>
                {table.columns.map((column, index) => (
                  <TableCell key={column.name} align={isNumeric(column) ? 'right' : 'left'} sx={{ fontSize: '0.75rem', whiteSpace: 'nowrap' }}>
                    <CellValue value={row[index] ?? null} column={column} />
                  </TableCell>
                ))}
              </TableRow>
            ))}
          </TableBody>
        </Table>
      </Box>
      {rows.length > shown.length && (
        <Button fullWidth onClick={() => setShownCount((count) => count + MORE_ROWS)} data-testid="table-more">
          {rows.length - shown.length > MORE_ROWS
            ? `Show ${MORE_ROWS} more of ${formatNumber(rows.length)}`
            : `Show all ${formatNumber(rows.length)} rows`}
        </Button>
      )}
    </Box>
  );
}

function CellValue({ value, column }: { value: Cell; column: TableColumn }) {
  const { canOpen, onSelect, timeZone } = useAnswerActions();
  if (typeof value === 'string' && canOpen(value)) {
    return (
      <Button
        variant="text"
        onClick={() => onSelect({ assetId: value, label: value, lon: null, lat: null })}
        sx={{ p: 0, minWidth: 0, fontSize: 'inherit', lineHeight: 1.4 }}
      >
        {value}
      </Button>
    );
  }
  const isRounded = typeof value === 'number' && !Number.isInteger(value);
  return (
    <Box component="span" title={isRounded ? String(value) : undefined}>
      {value === null ? <Unknown /> : formatCell(value, column, timeZone)}
    </Box>
  );
}

function Unknown() {
  return (
    <Box component="span" role="img" aria-label="unknown" title="unknown" sx={{ color: 'text.secondary' }}>
      {UNKNOWN}
    </Box>
  );
}

function directionOf(sorting: Sorting<number>): 'asc' | 'desc' {
  return sorting.isDescending ? 'desc' : 'asc';
}

/** `40 rows`, `the first 1,000 of 12,480 rows`, `the first 1,000 rows`. */
function countOf(table: TableEvent): string {
  const there = table.rows.length;
  if (table.rowCount !== null && table.rowCount > there) return `the first ${formatNumber(there)} of ${plural(table.rowCount, 'row')}`;
  return table.isTruncated ? `the first ${plural(there, 'row')}` : plural(there, 'row');
}
