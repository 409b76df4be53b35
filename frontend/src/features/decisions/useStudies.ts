import { useCallback, useMemo } from 'react';
import { useQuery } from 'urql';

import { problemOf } from '../../lib/graphql/errors';

import { StudiesQuery } from './queries';
import type { StudyRow } from './queries';

/** The API gives no more at once; older ones are found in the admin. */
export const MOST_STUDIES = 100;

export interface Studies {
  /** Newest first; null while they are asked for. */
  all: readonly StudyRow[] | null;
  totalCount: number;
  problem: string | null;
  refresh: () => void;
}

/** All studies of a run, and the investments that have it among their cases. */
export function useStudies(runId: string): Studies {
  const [{ data, error, fetching }, refetch] = useQuery({
    query: StudiesQuery,
    variables: { run: runId, first: MOST_STUDIES },
    requestPolicy: 'cache-and-network',
  });
  const all = useMemo(() => data?.decisionStudies.edges.map(({ node }) => node) ?? null, [data]);
  const refresh = useCallback(() => refetch({ requestPolicy: 'network-only' }), [refetch]);
  return {
    all,
    totalCount: data?.decisionStudies.totalCount ?? 0,
    problem: all === null && error !== undefined && !fetching ? problemOf(error).message : null,
    refresh,
  };
}
