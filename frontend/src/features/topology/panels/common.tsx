import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Link from '@mui/material/Link';
import Typography from '@mui/material/Typography';
import type { MouseEvent, ReactNode } from 'react';

import { followLink } from '../../../lib/followLink';
import { formatQuantity, humanize, UNKNOWN } from '../../../lib/format';
import { useSearchString } from '../../../lib/location';
import { LinkIcon } from '../../../ui/icons';
import { otherDiagram } from '../address';
import type { Shared } from '../context';
import type { TieOption } from '../questions';

export function Section({ title, children, level = 'h4', testId }: { title: string; children: ReactNode; level?: 'h3' | 'h4'; testId?: string }) {
  return (
    <Box component="section" sx={{ mt: 1.5 }} data-testid={testId}>
      <Typography variant="h3" component={level} color="textSecondary" sx={{ mb: 0.5 }}>
        {title}
      </Typography>
      {children}
    </Box>
  );
}

export function MapLink({ assetId, shared }: { assetId: string; shared: Shared }) {
  return (
    <Button
      component="a"
      href={shared.mapHref(assetId)}
      variant="outlined"
      startIcon={<LinkIcon />}
      data-testid="show-on-map"
      onClick={(event: MouseEvent) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button !== 0) return;
        event.preventDefault();
        shared.showOnMap(assetId);
      }}
    >
      Show on the map
    </Button>
  );
}

/** A circuit or another element, as a link to its diagram; the study goes along. */
export function DiagramLink({ of, selected = null, children }: { of: string; selected?: string | null; children: ReactNode }) {
  const search = useSearchString();
  return (
    <Link href={otherDiagram(search, of, selected)} onClick={followLink}>
      {children}
    </Link>
  );
}

export const VERDICT_WORDS: Readonly<Record<TieOption['verdict'], string>> = {
  FEASIBLE: 'can take it up',
  OVERLOADED: 'would be overloaded',
  UNKNOWN: 'not known',
  IMPOSSIBLE: 'cannot',
};

export const VERDICT_COLOURS = { FEASIBLE: 'success', OVERLOADED: 'error', UNKNOWN: 'warning', IMPOSSIBLE: 'default' } as const;

const DOUBT_WORDS: Readonly<Record<TieOption['doubts'][number], string>> = {
  RATING_UNKNOWN: 'a rating is not known',
  LOAD_UNKNOWN: 'a load is not known',
  LOOP: 'a loop shares the load',
  VOLTAGE_MISMATCH: 'voltages differ',
  PHASES_MISSING: 'phases are missing',
};

/** What limits a tie, in words. */
export function tieWords({ verdict, doubts, marginKva, binding, overloaded, unknownLoads }: TieOption): string {
  const [worst] = overloaded;
  const parts = [
    doubts.map((doubt) => DOUBT_WORDS[doubt]).join(', '),
    unknownLoads > 0 ? `${unknownLoads} loads unknown` : '',
    verdict === 'OVERLOADED' && worst !== undefined ? limitWords(worst) : '',
    verdict !== 'OVERLOADED' && binding !== null ? `tightest: ${limitWords(binding)}` : '',
    marginKva === null ? '' : `margin ${formatQuantity(marginKva, 'kVA', 0)}`,
  ];
  return parts.filter((part) => part !== '').join('; ');
}

function limitWords({ kind, assetId, loadingPct }: NonNullable<TieOption['binding']>): string {
  return `${humanize(kind).toLowerCase()} ${assetId ?? 'elsewhere'} at ${loadingPct === null ? UNKNOWN : formatQuantity(loadingPct, '%', 0)}`;
}
