import { useEffect } from 'react';

/** A burst of news asks once. */
const NEWS_MS = 500;

/** Ask anew when a subscription says that something changed. */
export function useNews(news: unknown, refresh: () => void): void {
  useEffect(() => {
    if (news === undefined) return undefined;
    const timer = setTimeout(refresh, NEWS_MS);
    return () => clearTimeout(timer);
  }, [news, refresh]);
}
