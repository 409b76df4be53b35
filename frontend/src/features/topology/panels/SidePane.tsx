import Box from '@mui/material/Box';
import type { ReactNode } from 'react';

/** The column beside a diagram. */
export function SidePane({ label, children }: { label: string; children: ReactNode }) {
  return (
    <Box
      component="aside"
      aria-label={label}
      sx={{ width: { xs: 300, lg: 350 }, flexShrink: 0, display: 'flex', flexDirection: 'column', borderLeft: 1, borderColor: 'divider', bgcolor: 'background.paper' }}
    >
      {children}
    </Box>
  );
}
