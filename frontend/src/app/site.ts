import { useMemo } from 'react';
import { useQuery } from 'urql';

import { graphql } from '../gql/graphql';
import type { Bounds } from '../lib/boundsGrid';

export const SiteQuery = graphql(`
  query Site {
    site {
      territoryName
      territoryBbox
      timeZone
      mapStyleUrl
    }
  }
`);

export interface Site {
  territoryName: string;
  territoryBounds: Bounds;
  timeZone: string;
  mapStyleUrl: string | null;
}

/** The site's settings, or null until they are known. */
export function useSite(): Site | null {
  const [{ data }] = useQuery({ query: SiteQuery });
  const site = data?.site;
  return useMemo(() => {
    if (site === undefined) return null;
    const [west, south, east, north] = site.territoryBbox;
    if (west === undefined || south === undefined || east === undefined || north === undefined) return null;
    return {
      territoryName: site.territoryName,
      territoryBounds: [west, south, east, north],
      timeZone: site.timeZone,
      mapStyleUrl: site.mapStyleUrl ?? null,
    };
  }, [site]);
}
