import Box from '@mui/material/Box';
import type { ReactNode } from 'react';

const DETAIL_PX = 420;

/** A page with what is chosen in it beside it. */
export function DetailPane({ label, detail, children }: { label: string; detail: ReactNode; children: ReactNode }) {
  return (
    <Box sx={{ height: '100%', display: 'flex', minWidth: 0 }}>
      <Box sx={{ flex: 1, minWidth: 0, overflow: 'auto', p: 2 }}>{children}</Box>
      {detail !== null && detail !== false && (
        <Box
          component="aside"
          aria-label={label}
          sx={{ width: DETAIL_PX, maxWidth: '50%', flexShrink: 0, overflow: 'auto', p: 2, borderLeft: 1, borderColor: 'divider', bgcolor: 'background.paper' }}
        >
          {detail}
        </Box>
      )}
    </Box>
  );
}
