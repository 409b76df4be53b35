import { useEffect, useRef } from 'react';

import { changeCount } from '../../lib/changes';
import { useStore } from '../../lib/store';


/** Ask anew after a change that was made here. Give a stable function. */
export function useRefresh(refresh: () => void): void {
  const count = useStore(changeCount);
  const seen = useRef(count);
  useEffect(() => {
    if (seen.current === count) return;
    seen.current = count;
    refresh();
  }, [count, refresh]);
}
