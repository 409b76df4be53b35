import Box from '@mui/material/Box';
import IconButton from '@mui/material/IconButton';
import Typography from '@mui/material/Typography';

import { ChevronLeftIcon, ChevronRightIcon } from '../../ui/icons';

import type { PathEntry, TreeMessage } from './tree';

interface Props<M extends TreeMessage> {
  entry: PathEntry<M>;
  /** `question` or `answer`. */
  what: string;
  onChoose: (parentKey: string, messageId: string) => void;
}

/** ‹ 2/3 ›: goes to another wording of a question, or another answer to it. */
export function BranchSwitch<M extends TreeMessage>({ entry, what, onChoose }: Props<M>) {
  const { siblings, index, parentKey } = entry;
  if (siblings.length < 2) return null;
  const go = (step: number): void => {
    const target = siblings[index + step];
    if (target !== undefined) onChoose(parentKey, target.id);
  };
  return (
    <Box role="group" aria-label={`Versions of the ${what}`} data-testid={`${what}-branches`} sx={{ display: 'inline-flex', alignItems: 'center' }}>
      <IconButton aria-label={`Previous ${what}`} disabled={index === 0} onClick={() => go(-1)} sx={{ p: 0.25 }}>
        <ChevronLeftIcon sx={{ fontSize: 16 }} />
      </IconButton>
      <Typography variant="caption" color="textSecondary">
        {index + 1}/{siblings.length}
      </Typography>
      <IconButton aria-label={`Next ${what}`} disabled={index === siblings.length - 1} onClick={() => go(1)} sx={{ p: 0.25 }}>
        <ChevronRightIcon sx={{ fontSize: 16 }} />
      </IconButton>
    </Box>
  );
}
