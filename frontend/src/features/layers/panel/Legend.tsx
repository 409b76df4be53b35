import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';

import type { LegendItem } from '../../../lib/legendItem';
import { Swatch } from '../../../ui/Swatch';
import { css } from '../../../ui/palette';

/** What the colours of a layer mean. */
export function Legend({ title, items }: { title: string; items: readonly LegendItem[] }) {
  return (
    <Box component="ul" aria-label={`Legend of ${title}`} sx={{ listStyle: 'none', m: 0, mb: 0.5, pl: 2.75 }}>
      {items.map((item) => (
        <Box component="li" key={item.label} sx={{ display: 'flex', alignItems: 'center', gap: 1 }}>
          <Swatch colour={css(item.colour)} shape={item.shape} widthPx={item.widthPx} />
          <Typography variant="caption">{item.label}</Typography>
        </Box>
      ))}
    </Box>
  );
}
