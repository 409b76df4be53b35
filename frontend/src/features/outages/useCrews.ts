import { useCallback, useMemo } from 'react';
import { useQuery } from 'urql';

import { problemOf } from '../../lib/graphql/errors';

import { CrewNews } from './news';
import { CrewsQuery } from './queries';
import type { CrewOnBoard } from './queries';
import { useFresh } from './useFresh';

const MOST = 100;
const NONE: readonly CrewOnBoard[] = [];
/** Those who can be sent first, those who went home last. */
const ORDER = ['AVAILABLE', 'ASSIGNED', 'ON_SITE', 'OFF_SHIFT'];

export interface Crews {
  rows: readonly CrewOnBoard[];
  totalCount: number;
  isLoaded: boolean;
  error: string | null;
  refresh: () => void;
}

/** The crews, kept up to date; none are asked for by an account that may not see them. */
export function useCrews(isHidden: boolean): Crews {
  const [{ data, error, fetching }, refetch] = useQuery({ query: CrewsQuery, variables: { first: MOST }, pause: isHidden });
  const refresh = useCallback(() => {
    if (!isHidden) refetch({ requestPolicy: 'network-only' });
  }, [isHidden, refetch]);
  useFresh(refresh, CrewNews, isHidden);
  const edges = data?.crews.edges;
  const rows = useMemo(() => edges?.map(({ node }) => node).sort(bySendability) ?? NONE, [edges]);
  return {
    rows,
    totalCount: data?.crews.totalCount ?? 0,
    isLoaded: edges !== undefined,
    error: error === undefined || fetching ? null : problemOf(error).message,
    refresh,
  };
}

function bySendability(one: CrewOnBoard, other: CrewOnBoard): number {
  return ORDER.indexOf(one.status) - ORDER.indexOf(other.status) || one.name.localeCompare(other.name, 'en', { numeric: true });
}
