import { useSyncExternalStore } from 'react';

const QUERY = '(prefers-reduced-motion: reduce)';

function subscribe(listener: () => void): () => void {
  const media = 'matchMedia' in window ? window.matchMedia(QUERY) : null;
  media?.addEventListener('change', listener);
  return () => media?.removeEventListener('change', listener);
}

/** Whether the reader's system asks for as little motion as can be. */
export function useReducedMotion(): boolean {
  return useSyncExternalStore(subscribe, () => 'matchMedia' in window && window.matchMedia(QUERY).matches);
}
