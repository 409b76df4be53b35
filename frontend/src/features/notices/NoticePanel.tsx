import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import FormControlLabel from '@mui/material/FormControlLabel';
import Link from '@mui/material/Link';
import Popover from '@mui/material/Popover';
import Switch from '@mui/material/Switch';
import Typography from '@mui/material/Typography';
import type { MouseEvent } from 'react';

import { followLink } from '../../lib/followLink';
import { formatInstant } from '../../lib/format';
import { isMuted, markSeen, mutedKinds, NOTICE_KINDS, notices, seenNotices, wanted } from '../../lib/notices';
import type { Notice, NoticeKind } from '../../lib/notices';
import { useStore } from '../../lib/store';
import { Fold } from '../../ui/Fold';
import { EmptyState } from '../../ui/StateMessage';

import { SeverityMark } from './SeverityMark';
import { KIND_LABELS } from './notice';

interface Props {
  anchor: HTMLElement;
  timeZone: string | undefined;
  onClose: () => void;
}

/** All notices, newest first, and of what one wants to be told. */
export function NoticePanel({ anchor, timeZone, onClose }: Props) {
  const muted = useStore(mutedKinds);
  const seen = new Set(useStore(seenNotices));
  const shown = wanted(useStore(notices), muted);
  const unread = shown.filter((notice) => !seen.has(notice.id));
  return (
    <Popover
      open
      anchorEl={anchor}
      onClose={onClose}
      anchorOrigin={{ vertical: 'bottom', horizontal: 'right' }}
      transformOrigin={{ vertical: 'top', horizontal: 'right' }}
      slotProps={{
        paper: { role: 'dialog', 'aria-label': 'Notices', sx: { width: 400, maxWidth: '96vw', maxHeight: '80vh', p: 1.5 } },
      }}
    >
      <Box sx={{ display: 'flex', alignItems: 'center', mb: 0.5 }}>
        <Typography variant="h2" component="h2" sx={{ flex: 1 }}>
          Notices
        </Typography>
        <Button disabled={unread.length === 0} onClick={() => markSeen(unread.map((notice) => notice.id))} data-testid="mark-all-seen">
          Mark all as seen
        </Button>
      </Box>
      {shown.length === 0 && (
        <EmptyState title="Nothing to tell" detail="Alarms, new outages of the last day and your finished jobs appear here." />
      )}
      <Box component="ul" aria-label="Notices" sx={{ m: 0, p: 0, listStyle: 'none' }}>
        {shown.map((notice) => (
          <Row key={notice.id} notice={notice} isUnread={!seen.has(notice.id)} timeZone={timeZone} onFollowed={onClose} />
        ))}
      </Box>
      <Fold summary="Tell me of" testId="notice-kinds">
        {NOTICE_KINDS.map((kind) => (
          <FormControlLabel
            key={kind}
            sx={{ display: 'flex', '& .MuiFormControlLabel-label': { fontSize: '0.8125rem' } }}
            control={<Switch size="small" checked={!isMuted(kind, muted)} onChange={(_event, isOn) => setWanted(kind, isOn)} />}
            label={KIND_LABELS[kind]}
          />
        ))}
      </Fold>
    </Popover>
  );
}

function setWanted(kind: NoticeKind, isOn: boolean): void {
  mutedKinds.set((muted) => (isOn ? muted.filter((each) => each !== kind) : [...muted, kind]));
}

function Row({ notice, isUnread, timeZone, onFollowed }: { notice: Notice; isUnread: boolean; timeZone: string | undefined; onFollowed: () => void }) {
  const follow = (event: MouseEvent<HTMLAnchorElement>): void => {
    markSeen([notice.id]);
    followLink(event);
    onFollowed();
  };
  return (
    <Box
      component="li"
      data-testid="notice"
      data-unread={isUnread}
      sx={{ display: 'flex', gap: 1, py: 0.75, borderTop: 1, borderColor: 'divider', alignItems: 'flex-start' }}
    >
      <SeverityMark severity={notice.severity} />
      <Box sx={{ flex: 1, minWidth: 0 }}>
        <Typography variant="body2" sx={{ fontWeight: isUnread ? 700 : 400, overflowWrap: 'anywhere' }}>
          {notice.href === null ? (
            notice.text
          ) : (
            <Link href={notice.href} onClick={follow} color="inherit" underline="hover">
              {notice.text}
            </Link>
          )}
        </Typography>
        <Typography variant="caption" color="textSecondary">
          {isUnread ? 'New · ' : ''}
          {KIND_LABELS[notice.kind]} · {formatInstant(notice.at, timeZone)}
        </Typography>
      </Box>
      {isUnread && (
        <Button onClick={() => markSeen([notice.id])} aria-label={`Mark as seen: ${notice.text}`} sx={{ flexShrink: 0, minWidth: 0 }}>
          Seen
        </Button>
      )}
    </Box>
  );
}
