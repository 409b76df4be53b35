import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import TableCell from '@mui/material/TableCell';
import TableSortLabel from '@mui/material/TableSortLabel';
import Typography from '@mui/material/Typography';
import { useCallback, useState } from 'react';
import type { ReactNode } from 'react';

import { followLink } from '../../lib/followLink';
import { formatNumber } from '../../lib/format';
import { DownloadIcon } from '../../ui/icons';

interface SortHeadProps<Key extends string> {
  id: Key;
  sort: Key;
  isDescending: boolean;
  onSort: (id: Key) => void;
  align?: 'left' | 'right';
  title?: string;
  children: ReactNode;
}

/** The head of a column that the list can be ordered by. */
export function SortHead<Key extends string>({ id, sort, isDescending, onSort, align = 'left', title, children }: SortHeadProps<Key>) {
  const isSorted = sort === id;
  const direction = isDescending ? 'desc' : 'asc';
  return (
    <TableCell align={align} sortDirection={isSorted ? direction : false} title={title}>
      <TableSortLabel active={isSorted} direction={isSorted ? direction : 'asc'} onClick={() => onSort(id)} hideSortIcon={!isSorted}>
        {children}
      </TableSortLabel>
    </TableCell>
  );
}

export interface Paging {
  after: string | null;
  page: number;
  next: (cursor: string) => void;
  back: () => void;
}

/** A page of a list that begins anew when `key`, what is asked for, changes. */
export function usePaging(key: string): Paging {
  const [state, setState] = useState<{ key: string; cursors: readonly string[] }>({ key, cursors: [] });
  const cursors = state.key === key ? state.cursors : [];
  const next = useCallback(
    (cursor: string) => setState((before) => ({ key, cursors: [...(before.key === key ? before.cursors : []), cursor] })),
    [key],
  );
  const back = useCallback(
    () => setState((before) => ({ key, cursors: before.key === key ? before.cursors.slice(0, -1) : [] })),
    [key],
  );
  return { after: cursors.at(-1) ?? null, page: cursors.length, next, back };
}

interface PagerProps {
  paging: Paging;
  size: number;
  shown: number;
  totalCount: number;
  pageInfo: { hasNextPage: boolean; endCursor?: string | null };
}

export function Pager({ paging, size, shown, totalCount, pageInfo }: PagerProps) {
  const first = paging.page * size + 1;
  const { endCursor } = pageInfo;
  return (
    <Box sx={{ display: 'flex', alignItems: 'center', gap: 1, mt: 0.75 }}>
      <Typography variant="caption" color="textSecondary" sx={{ flex: 1 }} role="status" data-testid="page-note">
        {shown === 0 ? 'None' : `${formatNumber(first)} to ${formatNumber(first + shown - 1)}`} of {formatNumber(totalCount)}
      </Typography>
      <Button disabled={paging.page === 0} onClick={paging.back}>
        Before
      </Button>
      <Button
        disabled={!pageInfo.hasNextPage || endCursor == null}
        onClick={() => {
          if (endCursor != null) paging.next(endCursor);
        }}
      >
        Next
      </Button>
    </Box>
  );
}

interface DownloadProps {
  progress: { done: number; total: number } | null;
  problem: string | null;
  onLoad: () => void;
  onCancel: () => void;
}

/** Downloads all rows that match, and tells how far it is. */
export function CsvButton({ progress, problem, onLoad, onCancel }: DownloadProps) {
  return (
    <Box sx={{ display: 'flex', alignItems: 'center', gap: 1 }}>
      {problem !== null && (
        <Typography variant="caption" color="error" role="alert">
          {problem}
        </Typography>
      )}
      {progress === null ? (
        <Button startIcon={<DownloadIcon fontSize="small" />} onClick={onLoad} data-testid="download-csv">
          CSV
        </Button>
      ) : (
        <Button onClick={onCancel}>
          {progress.total === 0 ? 'Reading' : `${formatNumber(progress.done)} of ${formatNumber(progress.total)}`} – cancel
        </Button>
      )}
    </Box>
  );
}

/** A link within the app: opened here, or in a new tab as links are. */
export function AppLink({ to, children, testId }: { to: string; children: ReactNode; testId?: string }) {
  return (
    <Box component="a" href={to} onClick={followLink} data-testid={testId} sx={{ color: 'primary.main', textDecoration: 'none', '&:hover': { textDecoration: 'underline' } }}>
      {children}
    </Box>
  );
}
