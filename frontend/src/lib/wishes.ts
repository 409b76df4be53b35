import { useEffect, useEffectEvent } from 'react';

import { createStore, useStore } from './store';

/** What a command wants of a page that may still have to load. The page fulfils it. */
export type Wish = 'report-outage';

const wished = createStore<Wish | null>(null);

export function wish(what: Wish): void {
  wished.set(what);
}

/** Call `fulfil` when this is wished, once each time. */
export function useWish(what: Wish, fulfil: () => void): void {
  const now = useStore(wished);
  const onWish = useEffectEvent(fulfil);
  useEffect(() => {
    if (now !== what) return;
    wished.set(null);
    onWish();
  }, [now, what]);
}
