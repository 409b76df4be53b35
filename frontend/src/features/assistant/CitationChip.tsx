import Box from '@mui/material/Box';
import Tooltip from '@mui/material/Tooltip';

import type { CitationEvent } from './events';
import { safeLink } from './links';

/** `Transformer maintenance § Oil sampling`. */
export function sourceOf(citation: CitationEvent): string {
  return citation.section === null ? citation.documentTitle : `${citation.documentTitle} § ${citation.section}`;
}

const CHIP = {
  display: 'inline-grid',
  placeItems: 'center',
  minWidth: 18,
  height: 18,
  px: 0.5,
  mx: 0.25,
  fontSize: '0.6875rem',
  fontWeight: 500,
  lineHeight: 1,
  verticalAlign: 'text-bottom',
  borderRadius: 0.75,
  border: 1,
  borderColor: 'divider',
  bgcolor: 'action.hover',
  color: 'primary.main',
  textDecoration: 'none',
} as const;

/** A citation's number; it opens the document where it is cited. */
export function CitationChip({ citation }: { citation: CitationEvent }) {
  const link = safeLink(citation.url, window.location.origin);
  const source = sourceOf(citation);
  return (
    <Tooltip title={citation.quote === null ? source : `${source}: “${citation.quote}”`}>
      {link === null ? (
        <Box component="span" sx={{ ...CHIP, color: 'text.secondary' }} aria-label={`Source ${citation.number}: ${source}`} role="note">
          {citation.number}
        </Box>
      ) : (
        <Box
          component="a"
          href={link.href}
          target="_blank"
          rel="noopener noreferrer"
          aria-label={`Source ${citation.number}: ${source}`}
          data-testid={`citation-${citation.number}`}
          sx={CHIP}
        >
          {citation.number}
        </Box>
      )}
    </Tooltip>
  );
}
