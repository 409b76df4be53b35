import { createStore } from '../../../lib/store';

/** What the live link has told the map since the page was opened. */
export interface LiveNews {
  /** Subscriptions that the map follows now. */
  followed: number;
  /** Values that changed. */
  changes: number;
  /** When the last of them came. */
  lastAt: number | null;
}

export const liveNews = createStore<LiveNews>({ followed: 0, changes: 0, lastAt: null });

/** So many values changed. */
export function tellChanges(count: number): void {
  if (count > 0) liveNews.set((news) => ({ ...news, changes: news.changes + count, lastAt: Date.now() }));
}

/** The map follows something, until the function returned is called. */
export function followedByMap(): () => void {
  const add = (by: number): void => liveNews.set((news) => ({ ...news, followed: news.followed + by }));
  add(1);
  return () => add(-1);
}
