import { useEffect, useState } from 'react';

/** As long as a wave is shown while playing. */
const RUN_MS = 850;
const FRAME_MS = 60;

function wantsStillness(): boolean {
  return typeof window.matchMedia === 'function' && window.matchMedia('(prefers-reduced-motion: reduce)').matches;
}

/** How far sparks have run since `key` changed, 0 to 1; null: they are at rest, as always where motion is not wanted. */
export function useSparks(key: string | null): number | null {
  const [state, setState] = useState<{ key: string; progress: number } | null>(null);
  useEffect(() => {
    if (key === null || wantsStillness()) return undefined;
    const begin = performance.now();
    const timer = setInterval(() => {
      const progress = (performance.now() - begin) / RUN_MS;
      setState(progress < 1 ? { key, progress } : null);
      if (progress >= 1) clearInterval(timer);
    }, FRAME_MS);
    return () => clearInterval(timer);
  }, [key]);
  return state !== null && state.key === key ? state.progress : null;
}
