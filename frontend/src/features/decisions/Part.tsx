import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { useId } from 'react';
import type { ReactNode } from 'react';

interface Props {
  title: string;
  note?: ReactNode;
  tools?: ReactNode;
  testId?: string;
  children: ReactNode;
}

/** A part of the page under its heading; on paper it is kept together where it fits. */
export function Part({ title, note, tools, testId, children }: Props) {
  const id = useId();
  return (
    <Box
      component="section"
      aria-labelledby={id}
      data-testid={testId}
      sx={{
        bgcolor: 'background.paper',
        border: 1,
        borderColor: 'divider',
        borderRadius: 1,
        p: 1.5,
        mb: 1.5,
        minWidth: 0,
        '@media print': { border: 0, p: 0 },
      }}
    >
      <Box sx={{ display: 'flex', alignItems: 'center', flexWrap: 'wrap', columnGap: 1.5, rowGap: 0.5, mb: 1, minHeight: 30 }}>
        <Typography id={id} variant="h2" component="h3">
          {title}
        </Typography>
        {note !== undefined && (
          <Typography variant="caption" color="textSecondary">
            {note}
          </Typography>
        )}
        <Box sx={{ flex: 1 }} />
        <Box sx={{ displayPrint: 'none', display: 'flex', gap: 0.5 }}>{tools}</Box>
      </Box>
      {children}
    </Box>
  );
}
