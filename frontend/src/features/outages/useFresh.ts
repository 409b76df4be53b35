import { useEffect, useRef } from 'react';
import { useSubscription } from 'urql';
import type { TypedDocumentNode } from 'urql';

import { changeCount } from '../../lib/changes';
import { useStore } from '../../lib/store';
import { usePolling } from '../../ui/usePolling';


const POLL_MS = 60_000;
/** A burst of news asks once. */
const NEWS_MS = 400;

/** Ask anew when something changed: here at once, elsewhere by its news, and every minute should those fail. */
export function useFresh<Data>(refresh: () => void, news: TypedDocumentNode<Data, Record<string, never>>, isPaused = false): void {
  const [{ data }] = useSubscription({ query: news, variables: {}, pause: isPaused });
  const count = useStore(changeCount);
  const seen = useRef(count);
  useEffect(() => {
    if (data === undefined) return undefined;
    const timer = setTimeout(refresh, NEWS_MS);
    return () => clearTimeout(timer);
  }, [data, refresh]);
  useEffect(() => {
    if (seen.current === count) return;
    seen.current = count;
    refresh();
  }, [count, refresh]);
  usePolling(refresh, POLL_MS);
}
