import Box from '@mui/material/Box';
import type { ReactNode } from 'react';

import { ChevronRightIcon } from './icons';

interface Props {
  /** What is inside, in a line. */
  summary: ReactNode;
  children: ReactNode;
  isOpenAtFirst?: boolean;
  /** It was opened or folded: what is inside can be asked for then. */
  onToggle?: (isOpen: boolean) => void;
  testId?: string;
}

/** A part that is folded until it is wanted. */
export function Fold({ summary, children, isOpenAtFirst = false, onToggle, testId }: Props) {
  return (
    <Box
      component="details"
      open={isOpenAtFirst}
      onToggle={onToggle === undefined ? undefined : (event) => onToggle(event.currentTarget.open)}
      data-testid={testId}
      sx={{
        fontSize: '0.75rem',
        '& > summary': { listStyle: 'none', '&::-webkit-details-marker': { display: 'none' } },
        '&[open] > summary > svg': { transform: 'rotate(90deg)' },
      }}
    >
      <Box
        component="summary"
        sx={{ display: 'flex', alignItems: 'center', gap: 0.5, minHeight: 24, cursor: 'pointer', color: 'text.secondary', borderRadius: 0.5 }}
      >
        <ChevronRightIcon sx={{ fontSize: 16, flexShrink: 0 }} />
        <Box sx={{ minWidth: 0, flex: 1, display: 'flex', alignItems: 'center', gap: 0.75 }}>{summary}</Box>
      </Box>
      <Box sx={{ pl: 2.5, pb: 0.5 }}>{children}</Box>
    </Box>
  );
}
