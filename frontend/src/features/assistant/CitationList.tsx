import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';

import { CitationChip, sourceOf } from './CitationChip';
import type { CitationEvent } from './events';

/** The documents an answer rests on, with what they say there. */
export function CitationList({ citations }: { citations: readonly CitationEvent[] }) {
  const ordered = [...citations].sort((a, b) => a.number - b.number);
  return (
    <Box component="section" aria-label="Sources" data-testid="citations">
      <Typography variant="caption" component="h4" color="textSecondary" sx={{ m: 0, fontWeight: 500 }}>
        Sources
      </Typography>
      <Box component="ol" sx={{ listStyle: 'none', m: 0, p: 0, display: 'grid', gap: 0.5 }}>
        {ordered.map((citation) => (
          <Box component="li" key={citation.number} sx={{ display: 'flex', gap: 0.5, fontSize: '0.75rem', lineHeight: 1.45 }}>
            <Box sx={{ flexShrink: 0 }}>
              <CitationChip citation={citation} />
            </Box>
            <Box sx={{ minWidth: 0, overflowWrap: 'anywhere' }}>{sourceOf(citation)}</Box>
          </Box>
        ))}
      </Box>
    </Box>
  );
}
