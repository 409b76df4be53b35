import TableCell from '@mui/material/TableCell';
import TableSortLabel from '@mui/material/TableSortLabel';
import type { ReactNode } from 'react';

interface Props<Key extends string> {
  id: Key;
  /** The column that the rows are ordered by; null: as they came. */
  sort: Key | null;
  isDescending: boolean;
  onSort: (id: Key) => void;
  align?: 'left' | 'right';
  title?: string | undefined;
  widthPx?: number | undefined;
  children: ReactNode;
}

/** The head of a column that rows can be ordered by. */
export function SortHead<Key extends string>({ id, sort, isDescending, onSort, align = 'left', title, widthPx, children }: Props<Key>) {
  const isSorted = sort === id;
  const direction = isDescending ? 'desc' : 'asc';
  return (
    <TableCell align={align} sortDirection={isSorted ? direction : false} title={title} sx={{ width: widthPx }}>
      <TableSortLabel active={isSorted} direction={isSorted ? direction : 'asc'} onClick={() => onSort(id)} hideSortIcon={!isSorted}>
        {children}
      </TableSortLabel>
    </TableCell>
  );
}
