import { useCallback, useEffect, useMemo } from 'react';
import { useQuery, useSubscription } from 'urql';

import { problemOf } from '../../lib/graphql/errors';
import { usePolling } from '../../ui/usePolling';

import { MapCrewNews, MapCrewsQuery } from './queries';
import type { CrewOnMap } from './queries';

const MOST = 100;
const POLL_MS = 60_000;
/** A burst of news asks once. */
const NEWS_MS = 400;
const NONE: readonly CrewOnMap[] = [];

/** The crews with what they work on, kept up to date. */
export function useCrewsOnMap(): { crews: readonly CrewOnMap[]; isLoading: boolean; problem: string | null } {
  const [{ data, fetching, error }, refetch] = useQuery({ query: MapCrewsQuery, variables: { first: MOST } });
  const [{ data: news }] = useSubscription({ query: MapCrewNews, variables: {} });
  const refresh = useCallback(() => refetch({ requestPolicy: 'network-only' }), [refetch]);
  useEffect(() => {
    if (news === undefined) return undefined;
    const timer = setTimeout(refresh, NEWS_MS);
    return () => clearTimeout(timer);
  }, [news, refresh]);
  usePolling(refresh, POLL_MS);
  const edges = data?.crews.edges;
  const crews = useMemo(() => edges?.map(({ node }) => node) ?? NONE, [edges]);
  return { crews, isLoading: data === undefined && fetching, problem: error === undefined ? null : problemOf(error).message };
}
