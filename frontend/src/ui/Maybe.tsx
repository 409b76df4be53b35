import Box from '@mui/material/Box';

import { UNKNOWN } from '../lib/format';

/** A figure that is unknown says so to screen readers, too. */
export function Maybe({ text }: { text: string }) {
  if (text !== UNKNOWN) return text;
  return (
    <Box component="span" role="img" aria-label="not known" title="not known" sx={{ color: 'text.secondary' }}>
      {UNKNOWN}
    </Box>
  );
}
