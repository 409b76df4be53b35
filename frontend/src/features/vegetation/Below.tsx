import Box from '@mui/material/Box';
import type { ReactNode } from 'react';

/** A second, smaller line of a cell. */
export function Below({ children }: { children: ReactNode }) {
  return (
    <Box component="span" sx={{ display: 'block', fontSize: '0.6875rem', color: 'text.secondary' }}>
      {children}
    </Box>
  );
}
