import { useEffect } from 'react';
import { useClient, useSubscription } from 'urql';

import { linkState } from '../graphql/subscriptions';
import { useStore } from '../store';
import { usePersisting } from '../usePersisting';

import { JobQuery, JobUpdatesSubscription } from './queries';

/** How long the websocket may be away before the job is asked for by request instead. */
const GRACE_MS = 3_000;
const POLL_MS = 2_000;

/**
 * Keep one job in the cache up to date while `isActive`: by subscription, and by polling for as long
 * as the websocket is down.
 */
export function useJobUpdates(jobId: string | null, isActive: boolean): void {
  const client = useClient();
  const link = useStore(linkState);
  const [{ error }] = useSubscription({
    query: JobUpdatesSubscription,
    variables: { jobId },
    pause: jobId === null || !isActive,
  });
  const isLinkDown = link !== 'connected' || error !== undefined;
  const isPolling = usePersisting(isActive && isLinkDown, GRACE_MS);

  useEffect(() => {
    if (!isPolling || jobId === null) return undefined;
    const ask = (): void => {
      void client.query(JobQuery, { id: jobId }, { requestPolicy: 'network-only' }).toPromise();
    };
    ask();
    const timer = setInterval(ask, POLL_MS);
    return () => clearInterval(timer);
  }, [client, isPolling, jobId]);
}
