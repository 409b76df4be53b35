import Box from '@mui/material/Box';

import { formatQuantity } from '../lib/format';
import { loadingClass } from '../lib/loadingClasses';

import { css } from './palette';

/** Loading in percent of rating beside the colour the map gives it; "no rating" when unknown. */
export function LoadingBadge({ loadingPct }: { loadingPct: number | null | undefined }) {
  const entry = loadingClass(loadingPct);
  return (
    <Box component="span" sx={{ display: 'inline-flex', alignItems: 'center', gap: 0.75, whiteSpace: 'nowrap' }}>
      <Box
        component="span"
        aria-hidden
        style={{ backgroundColor: css(entry.colour) }}
        sx={{ width: 8, height: 8, borderRadius: '50%' }}
      />
      {entry.key === 'unknown' ? 'unknown' : formatQuantity(loadingPct, '%', 1)}
    </Box>
  );
}
