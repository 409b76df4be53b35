import Box from '@mui/material/Box';
import ButtonBase from '@mui/material/ButtonBase';
import { lazy, Suspense, useState } from 'react';

import { mutedKinds, notices, seenNotices, unreadCount } from '../../lib/notices';
import { useStore } from '../../lib/store';
import { BellIcon } from '../../ui/icons';

const NoticePanel = lazy(() => import('./NoticePanel').then((module) => ({ default: module.NoticePanel })));

const MOST_SHOWN = 99;

/** How much is new; opens the list. */
export function BellButton({ timeZone }: { timeZone: string | undefined }) {
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const count = unreadCount(useStore(notices), useStore(seenNotices), useStore(mutedKinds));
  return (
    <>
      <ButtonBase
        onClick={(event) => setAnchor(event.currentTarget)}
        aria-haspopup="dialog"
        aria-expanded={anchor !== null}
        aria-label={count === 0 ? 'Notices: none unread' : `Notices: ${count} unread`}
        title="Notices"
        data-testid="bell"
        sx={{ position: 'relative', width: 32, height: 32, borderRadius: 1, flexShrink: 0 }}
      >
        <BellIcon sx={{ fontSize: 20 }} />
        {count > 0 && (
          <Box
            component="span"
            data-testid="unread-count"
            sx={{
              position: 'absolute',
              top: 0,
              right: -2,
              minWidth: 16,
              px: 0.5,
              borderRadius: 2,
              fontSize: '0.6875rem',
              lineHeight: '16px',
              bgcolor: 'error.main',
              color: 'background.paper',
              fontWeight: 700,
            }}
          >
            {count > MOST_SHOWN ? `${MOST_SHOWN}+` : count}
          </Box>
        )}
      </ButtonBase>
      {anchor !== null && (
        <Suspense fallback={null}>
          <NoticePanel anchor={anchor} timeZone={timeZone} onClose={() => setAnchor(null)} />
        </Suspense>
      )}
    </>
  );
}
