import Typography from '@mui/material/Typography';
import type { ReactNode } from 'react';

export function Note({ children }: { children: ReactNode }) {
  return (
    <Typography variant="caption" component="p" sx={{ mt: 0.5, color: 'text.secondary' }}>
      {children}
    </Typography>
  );
}
