import { useMemo } from 'react';
import { useQuery } from 'urql';

import { graphql } from '../gql/graphql';
import type { Bounds } from '../lib/boundsGrid';

export const SiteQuery = graphql(`
  query Site {
    site {
      territoryName
      territoryBbox
      isTerritoryGiven
      timeZone
      mapStyleUrl
    }
  }
`);

/** Asked for apart: without permission for it the map still opens. */
export const ServedGroundQuery = graphql(`
  query ServedGround {
    serviceTerritory {
      bbox
    }
  }
`);

export interface Site {
  territoryName: string;
  /** What the map frames first: the territory if one is set, else the ground that circuits serve. */
  homeBounds: Bounds;
  timeZone: string;
  mapStyleUrl: string | null;
}

/** The site's settings, or null until they are known. */
export function useSite(): Site | null {
  const [{ data }] = useQuery({ query: SiteQuery });
  const site = data?.site;
  const isGiven = site?.isTerritoryGiven === true;
  const [ground] = useQuery({ query: ServedGroundQuery, pause: isGiven });
  const isSettled = isGiven || ground.data !== undefined || ground.error !== undefined;
  const served = ground.data?.serviceTerritory.bbox ?? null;
  return useMemo(() => {
    if (site === undefined || !isSettled) return null;
    const homeBounds = (isGiven ? null : boundsFrom(served)) ?? boundsFrom(site.territoryBbox);
    if (homeBounds === null) return null;
    return {
      territoryName: site.territoryName,
      homeBounds,
      timeZone: site.timeZone,
      mapStyleUrl: site.mapStyleUrl ?? null,
    };
  }, [site, isSettled, isGiven, served]);
}

function boundsFrom(bbox: readonly number[] | null): Bounds | null {
  const [west, south, east, north] = bbox ?? [];
  return west === undefined || south === undefined || east === undefined || north === undefined ? null : [west, south, east, north];
}
