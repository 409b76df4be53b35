import Box from '@mui/material/Box';
import Link from '@mui/material/Link';

import { followLink } from '../../lib/followLink';

import type { Account } from './common/permissions';
import { DATA_PARTS, labelOfPart, maySeePart } from './parts';
import type { DataPart } from './parts';

interface Props {
  account: Account | null;
  current: DataPart;
  pathOf: (part: DataPart) => string;
}

/** Links to the parts of the workspace that the account may see. */
export function DataNav({ account, current, pathOf }: Props) {
  const parts = DATA_PARTS.filter((part) => part === 'jobs' || (account !== null && maySeePart(account, part)));
  return (
    <Box
      component="nav"
      aria-label="Parts of jobs and data"
      sx={{ width: 168, flexShrink: 0, borderRight: 1, borderColor: 'divider', bgcolor: 'background.paper', py: 1, overflow: 'auto' }}
    >
      <Box component="ul" sx={{ listStyle: 'none', m: 0, p: 0 }}>
        {parts.map((part) => (
          <li key={part}>
            <Link
              href={pathOf(part)}
              onClick={followLink}
              underline="none"
              aria-current={part === current ? 'page' : undefined}
              sx={{
                display: 'block',
                px: 2,
                py: 0.875,
                fontSize: '0.8125rem',
                color: 'text.primary',
                borderLeft: 3,
                borderColor: 'transparent',
                '&:hover': { bgcolor: 'action.hover' },
                '&[aria-current=page]': { borderColor: 'primary.main', bgcolor: 'action.selected', fontWeight: 500 },
              }}
            >
              {labelOfPart(part)}
            </Link>
          </li>
        ))}
      </Box>
    </Box>
  );
}
