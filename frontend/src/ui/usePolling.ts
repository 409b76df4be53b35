import { useEffect } from 'react';

/** Call `refresh` every `intervalMs` while the tab is visible, and at once when it becomes visible. */
export function usePolling(refresh: () => void, intervalMs: number): void {
  useEffect(() => {
    const tick = (): void => {
      if (document.visibilityState === 'visible') refresh();
    };
    const timer = setInterval(tick, intervalMs);
    document.addEventListener('visibilitychange', tick);
    return () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', tick);
    };
  }, [refresh, intervalMs]);
}
