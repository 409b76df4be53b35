import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';

import { formatTimeOfDay, plural } from '../../../lib/format';
import { linkState } from '../../../lib/graphql/subscriptions';
import { useStore } from '../../../lib/store';
import { usePersisting } from '../../../lib/usePersisting';

import { liveNews } from './liveNews';

/** A link that is back at once was not missed. */
const LOST_AFTER_MS = 3_000;

/** Whether what the map shows follows by itself, how many values have changed, and when the last did. */
export function LiveLine({ timeZone }: { timeZone: string }) {
  const { followed, changes, lastAt } = useStore(liveNews);
  const link = useStore(linkState);
  const isLost = usePersisting(link === 'closed' || link === 'connecting', LOST_AFTER_MS);
  if (followed === 0) return null;
  const told = lastAt === null ? 'no change yet' : `${plural(changes, 'change')}, last ${formatTimeOfDay(lastAt, timeZone)}`;
  return (
    <Typography
      variant="caption"
      component="p"
      color={isLost ? 'warning' : 'textSecondary'}
      data-testid="live-line"
      data-changes={changes}
      title="Loadings, outages and layers change on the map as they change on record, without a reload"
      sx={{ display: 'flex', alignItems: 'center', gap: 0.75, mb: 0.5 }}
    >
      <Box
        component="span"
        aria-hidden
        sx={{ width: 7, height: 7, borderRadius: '50%', flexShrink: 0, border: 1, borderColor: isLost ? 'warning.main' : 'success.main', bgcolor: isLost ? 'transparent' : 'success.main' }}
      />
      {isLost ? `Live updates are away, ${told}` : `Live, ${told}`}
    </Typography>
  );
}
