import { useCallback } from 'react';
import { createRequest, useQuery } from 'urql';
import type { AnyVariables, CombinedError, UseQueryArgs } from 'urql';

import { usePolling } from '../../ui/usePolling';

/** Readings come in by the minute and are rolled up; analyses of days may wait a little longer. */
const POLL_MS = 300_000;

export interface Analysis<Data> {
  data: Data | undefined;
  error: CombinedError | undefined;
  isFetching: boolean;
  extensions: unknown;
  refresh: () => void;
}

/** An analytical question: what is known is shown at once, and asked for anew. */
export function useAnalysis<Data, Variables extends AnyVariables>(args: UseQueryArgs<Variables, Data>): Analysis<Data> {
  const [{ data, error, fetching, stale, extensions, operation }, refetch] = useQuery({ requestPolicy: 'cache-and-network', ...args });
  // urql keeps the answer before while the next question is asked; it must not pass for the new one.
  const isOfThis = operation?.key === createRequest(args.query, args.variables as Variables).key;
  const refresh = useCallback(() => refetch({ requestPolicy: 'network-only' }), [refetch]);
  const isPaused = args.pause === true;
  usePolling(
    useCallback(() => {
      if (!isPaused) refresh();
    }, [isPaused, refresh]),
    POLL_MS,
  );
  return { data: isOfThis ? data : undefined, error: isOfThis ? error : undefined, isFetching: fetching || stale, extensions, refresh };
}
