import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { useId } from 'react';
import type { ReactNode } from 'react';

interface Props {
  title: string;
  note?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

/** A part of a page under a heading of its own. */
export function Section({ title, note, actions, children }: Props) {
  const id = useId();
  return (
    <Box component="section" aria-labelledby={id} sx={{ mb: 3 }}>
      <Box sx={{ display: 'flex', alignItems: 'center', gap: 1.5, mb: 1, minHeight: 30, flexWrap: 'wrap' }}>
        <Typography id={id} variant="h2" component="h3">
          {title}
        </Typography>
        {note !== undefined && (
          <Typography variant="caption" component="div" color="textSecondary" sx={{ flex: 1, minWidth: 0 }}>
            {note}
          </Typography>
        )}
        {actions}
      </Box>
      {children}
    </Box>
  );
}
