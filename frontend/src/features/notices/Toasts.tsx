import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import IconButton from '@mui/material/IconButton';
import Link from '@mui/material/Link';
import Paper from '@mui/material/Paper';
import { useEffect, useState } from 'react';
import type { MouseEvent } from 'react';

import { followLink } from '../../lib/followLink';
import { dismissToast, markSeen, notices, toasts } from '../../lib/notices';
import type { Notice } from '../../lib/notices';
import { useStore } from '../../lib/store';
import { CloseIcon } from '../../ui/icons';

import { SeverityMark } from './SeverityMark';

const SHOWN_MS = 10_000;
/** What can be taken back stays longer (WCAG 2.2.1: twenty seconds). */
const UNDO_MS = 20_000;

/** What is new, at the edge of the page. It goes by itself, but not while one points at it or the focus is in it; failures stay. */
export function Toasts() {
  const all = useStore(notices);
  const shown = useStore(toasts).flatMap((id) => all.find((notice) => notice.id === id) ?? []);
  const [isHeld, setHeld] = useState(false);
  return (
    <Box
      role="region"
      aria-label="News"
      data-testid="toasts"
      data-print="hide"
      onMouseEnter={() => setHeld(true)}
      onMouseLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
      sx={{ position: 'fixed', left: 16, bottom: 16, zIndex: 1_500, display: 'grid', gap: 1, width: 360, maxWidth: 'calc(100vw - 32px)', pointerEvents: shown.length === 0 ? 'none' : undefined }}
    >
      {shown.map((notice) => (
        <Toast key={notice.id} notice={notice} isHeld={isHeld} />
      ))}
    </Box>
  );
}

function Toast({ notice, isHeld }: { notice: Notice; isHeld: boolean }) {
  const [isUndoing, setUndoing] = useState(false);
  const { id, undo } = notice;
  const stays = notice.severity === 'error' || isHeld || isUndoing;
  useEffect(() => {
    if (stays) return undefined;
    const timer = setTimeout(() => dismissToast(id), undo === undefined ? SHOWN_MS : UNDO_MS);
    return () => clearTimeout(timer);
  }, [id, stays, undo]);
  const takeBack = async (): Promise<void> => {
    setUndoing(true);
    await undo?.();
    dismissToast(id);
  };
  const follow = (event: MouseEvent<HTMLAnchorElement>): void => {
    markSeen([id]);
    dismissToast(id);
    followLink(event);
  };
  return (
    <Paper
      elevation={6}
      role={notice.severity === 'error' ? 'alert' : 'status'}
      data-testid={`toast-${notice.kind}`}
      sx={{ display: 'flex', alignItems: 'flex-start', gap: 1, p: 1, border: 1, borderColor: `${notice.severity}.main`, fontSize: '0.8125rem' }}
    >
      <SeverityMark severity={notice.severity} />
      <Box sx={{ flex: 1, minWidth: 0, overflowWrap: 'anywhere' }}>
        {notice.text}
        {notice.href !== null && (
          <>
            {' '}
            <Link href={notice.href} onClick={follow}>
              Show
            </Link>
          </>
        )}
      </Box>
      {undo !== undefined && (
        <Button color="inherit" disabled={isUndoing} onClick={() => void takeBack()} sx={{ py: 0, minWidth: 0 }}>
          Undo
        </Button>
      )}
      <IconButton
        aria-label="Dismiss"
        onClick={() => {
          markSeen([id]);
          dismissToast(id);
        }}
        sx={{ p: 0.25 }}
      >
        <CloseIcon sx={{ fontSize: 16 }} />
      </IconButton>
    </Paper>
  );
}
