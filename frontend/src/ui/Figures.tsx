import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import type { ReactNode } from 'react';

export interface Figure {
  label: string;
  value: ReactNode;
  /** What it means, or why it is not known. */
  detail?: string;
  isWarning?: boolean;
}

/** A row of figures with their names. */
export function Figures({ figures }: { figures: readonly Figure[] }) {
  return (
    <Box component="dl" sx={{ display: 'flex', flexWrap: 'wrap', columnGap: 3, rowGap: 1, m: 0, mb: 1 }}>
      {figures.map(({ label, value, detail, isWarning = false }) => (
        <Box key={label} sx={{ minWidth: 96 }}>
          <Typography variant="caption" component="dt" sx={{ color: 'text.secondary' }}>
            {label}
          </Typography>
          <Box component="dd" sx={{ m: 0 }}>
            <Typography variant="h2" component="span" sx={{ color: isWarning ? 'warning.main' : 'text.primary' }}>
              {value}
            </Typography>
            {detail !== undefined && (
              <Typography variant="caption" component="div" sx={{ color: 'text.secondary' }}>
                {detail}
              </Typography>
            )}
          </Box>
        </Box>
      ))}
    </Box>
  );
}
