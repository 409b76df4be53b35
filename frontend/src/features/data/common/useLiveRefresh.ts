import { useCallback, useEffect } from 'react';
import { useSubscription } from 'urql';

import { linkState } from '../../../lib/graphql/subscriptions';
import { JobUpdatesSubscription } from '../../../lib/jobs/queries';
import { isFinished } from '../../../lib/jobs/status';
import { useStore } from '../../../lib/store';
import { usePolling } from '../../../ui/usePolling';

const POLL_MS = 30_000;
const POLL_WITHOUT_LINK_MS = 5_000;

/** Jobs heard of and in which state, and how often that has changed. */
interface News {
  states: Readonly<Record<string, string>>;
  turns: number;
}

/**
 * Ask again when a job of one of these kinds has begun or ended, every half minute, and every 5 s while live
 * updates are away. Progress of listed jobs arrives in the cache by itself.
 */
export function useLiveRefresh(kinds: readonly string[], refresh: () => void): void {
  const link = useStore(linkState);
  // A job tells its progress many times a second; only its beginning and its end change what is listed.
  const [{ data: state }] = useSubscription(
    { query: JobUpdatesSubscription, variables: { jobId: null } },
    (before: News | undefined, { jobUpdates: job }): News => {
      const old = before ?? { states: {}, turns: 0 };
      const now = isFinished(job.status) ? 'ended' : job.status;
      if (!kinds.includes(job.kind) || old.states[job.jobId] === now) return old;
      return { states: { ...old.states, [job.jobId]: now }, turns: old.turns + 1 };
    },
  );
  const turns = state?.turns ?? 0;
  useEffect(() => {
    if (turns > 0) refresh();
  }, [refresh, turns]);
  usePolling(refresh, POLL_MS);
  usePolling(
    useCallback(() => {
      if (link !== 'connected') refresh();
    }, [link, refresh]),
    POLL_WITHOUT_LINK_MS,
  );
}
