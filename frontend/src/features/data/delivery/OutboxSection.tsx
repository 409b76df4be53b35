import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import { useCallback } from 'react';
import { useQuery } from 'urql';

import { formatAge, formatInstant, formatNumber } from '../../../lib/format';
import { problemOf } from '../../../lib/graphql/errors';
import { FactList } from '../../../ui/FactList';
import { ErrorState, LoadingState } from '../../../ui/StateMessage';
import { usePolling } from '../../../ui/usePolling';
import { Section } from '../common/Section';

import { OutboxQuery } from './queries';

const POLL_MS = 10_000;

/** Edits that operators made and the warehouse does not hold yet. */
export function OutboxSection({ timeZone }: { timeZone: string | undefined }) {
  const [{ data, error, fetching }, refetch] = useQuery({ query: OutboxQuery, requestPolicy: 'cache-and-network' });
  const refresh = useCallback(() => refetch({ requestPolicy: 'network-only' }), [refetch]);
  usePolling(refresh, POLL_MS);
  const outbox = data?.outbox;
  return (
    <Section title="Edits on their way to the warehouse" note="Every change of outages, work orders, crews, scenarios and runs is delivered there.">
      {outbox === undefined && error !== undefined && !fetching && (
        <ErrorState title="The outbox could not be loaded" detail={problemOf(error).message} onRetry={refresh} />
      )}
      {outbox === undefined && (error === undefined || fetching) && <LoadingState label="Loading the outbox" />}
      {outbox !== undefined && (
        <Box sx={{ maxWidth: 520 }} data-testid="outbox">
          {outbox.lastError !== null && (
            <Alert severity="warning" variant="outlined" sx={{ mb: 1 }}>
              The oldest edit that failed says: {outbox.lastError}
            </Alert>
          )}
          <FactList
            facts={[
              { label: 'Waiting', value: formatNumber(outbox.pendingCount) },
              { label: 'Of these refused for what they hold', value: formatNumber(outbox.blockedCount) },
              {
                label: 'The oldest has waited',
                value:
                  outbox.oldestAgeS === null
                    ? 'none waits'
                    : `${formatAge(outbox.oldestAgeS)}, since ${formatInstant(outbox.oldestRecordedAt, timeZone)}`,
              },
              { label: 'Last delivery', value: outbox.lastDeliveredAt === null ? 'none yet' : formatInstant(outbox.lastDeliveredAt, timeZone) },
            ]}
          />
        </Box>
      )}
    </Section>
  );
}
