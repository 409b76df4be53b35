import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import type { ReactNode } from 'react';

import { formatNumber } from '../lib/format';

interface Props {
  /** Which rows are shown, of how many. */
  note: ReactNode;
  noteTestId?: string;
  /** To the page before; null: this is the first. */
  onBefore: (() => void) | null;
  onNext: (() => void) | null;
  /** What else can be done with the page. */
  children?: ReactNode;
}

/** Where one is in a list read page by page, and the ways back and on. */
export function Pager({ note, noteTestId, onBefore, onNext, children }: Props) {
  return (
    <Box sx={{ display: 'flex', alignItems: 'center', gap: 1, mt: 0.5 }}>
      <Typography variant="caption" color="textSecondary" sx={{ flex: 1 }} role="status" data-testid={noteTestId}>
        {note}
      </Typography>
      {(onBefore !== null || onNext !== null) && (
        <>
          <Button disabled={onBefore === null} onClick={() => onBefore?.()}>
            Before
          </Button>
          <Button disabled={onNext === null} onClick={() => onNext?.()}>
            Next
          </Button>
        </>
      )}
      {children}
    </Box>
  );
}

/** `51 to 100 of 1,234`; `of` may say what they are. */
export function rangeWords(offset: number, shown: number, of: number | string): string {
  const all = typeof of === 'number' ? formatNumber(of) : of;
  return shown === 0 ? `None of ${all}` : `${formatNumber(offset + 1)} to ${formatNumber(offset + shown)} of ${all}`;
}

/** Steps through a list whose pages are asked for by how many rows come before. */
export function offsetSteps(offset: number, size: number, total: number, onOffset: (offset: number) => void): Pick<Props, 'onBefore' | 'onNext'> {
  return {
    onBefore: offset === 0 ? null : () => onOffset(Math.max(0, offset - size)),
    onNext: offset + size >= total ? null : () => onOffset(offset + size),
  };
}
