import { useSyncExternalStore } from 'react';

/**
 * The browser's address as a store: path and query string, nothing else.
 *
 * `history.replaceState` and `pushState` raise no event of their own, so every change made by the
 * app goes through `navigate`.
 */
const listeners = new Set<() => void>();

function notify(): void {
  for (const listener of [...listeners]) listener();
}

if (typeof window !== 'undefined') window.addEventListener('popstate', notify);

export function subscribeToLocation(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Go to `to` (path with optional query string). With `replace` no history entry is added. */
export function navigate(to: string, options: { replace?: boolean } = {}): void {
  if (to === window.location.pathname + window.location.search) return;
  if (options.replace === true) window.history.replaceState(null, '', to);
  else window.history.pushState(null, '', to);
  notify();
}

const readPath = (): string => window.location.pathname;
const readSearch = (): string => window.location.search;

export function usePath(): string {
  return useSyncExternalStore(subscribeToLocation, readPath);
}

export function useSearchString(): string {
  return useSyncExternalStore(subscribeToLocation, readSearch);
}
