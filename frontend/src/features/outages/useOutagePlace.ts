import { useMemo } from 'react';
import { useQuery } from 'urql';

import { OutageDetailQuery } from './queries';

/** Where an outage lies; null: none is given, or it is not known yet. */
export function useOutagePlace(assetId: string | null): { lon: number; lat: number } | null {
  const [{ data }] = useQuery({ query: OutageDetailQuery, variables: { assetId: assetId ?? '' }, pause: assetId === null });
  const outage = data?.outage ?? null;
  // While another is loaded the data are still those of the one before.
  const place = outage !== null && outage.assetId === assetId ? outage : null;
  const lon = place?.lon;
  const lat = place?.lat;
  return useMemo(() => (lon === undefined || lat === undefined ? null : { lon, lat }), [lon, lat]);
}
