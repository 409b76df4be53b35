import Box from '@mui/material/Box';

import { maySee } from '../common/permissions';
import type { Account } from '../common/permissions';

import { OutboxSection } from './OutboxSection';
import { StreamsSection } from './StreamsSection';

/** What is on its way: edits to the warehouse, readings and events from the streams. */
export function DeliveryPart({ account, timeZone }: { account: Account; timeZone: string | undefined }) {
  return (
    <Box sx={{ height: '100%', overflow: 'auto', p: 2 }}>
      {maySee(account, 'grid.view_outboxevent') && <OutboxSection timeZone={timeZone} />}
      {maySee(account, 'grid.view_streamconsumer') && <StreamsSection account={account} timeZone={timeZone} />}
    </Box>
  );
}
