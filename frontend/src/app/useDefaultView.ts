import { useEffect, useRef, useState } from 'react';
import { useQuery } from 'urql';

import { SavedViewsQuery } from '../features/views/default';
import { navigate } from '../lib/location';

/** Open the view that one chose for after login, where the address asks for nothing in particular. */
export function useDefaultView(): void {
  const [isBare] = useState(() => window.location.pathname === '/' && window.location.search === '');
  const [{ data }] = useQuery({ query: SavedViewsQuery, pause: !isBare });
  const isOpened = useRef(false);
  useEffect(() => {
    if (!isBare || data === undefined || isOpened.current) return;
    isOpened.current = true;
    const chosen = data.savedViews.find((view) => view.isDefault);
    // One may have gone elsewhere meanwhile; that the map wrote down where it stands is no going.
    if (chosen !== undefined && window.location.pathname === '/') navigate(chosen.address, { replace: true });
  }, [isBare, data]);
}
