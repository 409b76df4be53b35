import Box from '@mui/material/Box';
import ButtonBase from '@mui/material/ButtonBase';
import Typography from '@mui/material/Typography';
import { useId } from 'react';
import type { ReactNode } from 'react';

import { useStore } from '../../../lib/store';
import { ChevronDownIcon, ChevronRightIcon } from '../../../ui/icons';

import type { GroupKey } from './groups';
import { openGroups } from './openGroups';

interface Props {
  group: GroupKey;
  title: string;
  /** How many of its layers are on. */
  onCount: number;
  children: ReactNode;
}

/** A group of layers under a heading that folds it. */
export function Group({ group, title, onCount, children }: Props) {
  const isOpen = useStore(openGroups)[group] ?? true;
  const id = useId();
  return (
    <Box data-testid={`group-${group}`} sx={{ borderTop: 1, borderColor: 'divider' }}>
      <ButtonBase
        onClick={() => openGroups.set((groups) => ({ ...groups, [group]: !isOpen }))}
        aria-expanded={isOpen}
        aria-controls={id}
        sx={{ width: '100%', justifyContent: 'flex-start', gap: 0.5, px: 1, minHeight: 28, '&:focus-visible': { outline: '2px solid', outlineColor: 'primary.main', outlineOffset: -2 } }}
      >
        {isOpen ? <ChevronDownIcon sx={{ fontSize: 18 }} /> : <ChevronRightIcon sx={{ fontSize: 18 }} />}
        <Typography variant="overline" component="span" sx={{ flex: 1, textAlign: 'left', lineHeight: 1.6 }}>
          {title}
        </Typography>
        {onCount > 0 && (
          <Typography variant="caption" color="textSecondary">
            {onCount} on
          </Typography>
        )}
      </ButtonBase>
      <Box id={id} hidden={!isOpen} sx={{ px: 1.5, pb: 0.75 }}>
        {children}
      </Box>
    </Box>
  );
}
