import { useEffect, useState } from 'react';

/** Whether `value` has been true without a break for `afterMs`. */
export function usePersisting(value: boolean, afterMs: number): boolean {
  const [persists, setPersists] = useState(false);
  useEffect(() => {
    if (!value) return undefined;
    const timer = setTimeout(() => setPersists(true), afterMs);
    return () => {
      clearTimeout(timer);
      setPersists(false);
    };
  }, [value, afterMs]);
  return value && persists;
}
