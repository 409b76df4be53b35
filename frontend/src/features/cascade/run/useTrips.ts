import { useEffect, useMemo, useState } from 'react';
import { useQuery } from 'urql';

import type { BranchColumns, SubstationColumns } from '../../../lib/columns/layers';
import { problemOf } from '../../../lib/graphql/errors';
import { requestJson } from '../../../lib/requestJson';
import { CascadeTripsQuery } from '../queries';

import { tripsOf } from './trips';
import type { Trips } from './trips';

export interface TripsState {
  /** Null while they are on their way. */
  trips: Trips | null;
  problem: string | null;
  retry: () => void;
}

/** All trips of a run that has finished: its file, with the names that the server gives the most loaded ones. */
export function useTrips(runId: string | null, branches: BranchColumns | null, substations: SubstationColumns | null): TripsState {
  const [{ data, error, fetching }, refetch] = useQuery({ query: CascadeTripsQuery, variables: { id: runId ?? '' }, pause: runId === null });
  const [attempt, setAttempt] = useState(0);
  const run = runId === null ? null : (data?.cascadeRun ?? null);
  const url = run?.tripsUrl ?? null;
  const key = url === null ? null : `${url}#${attempt}`;
  const [loaded, setLoaded] = useState<{ key: string; file: unknown; problem: string | null } | null>(null);
  useEffect(() => {
    if (url === null || key === null) return undefined;
    const abort = new AbortController();
    requestJson(url, abort.signal).then(
      (file) => setLoaded({ key, file, problem: null }),
      (failure: unknown) => {
        if (!abort.signal.aborted) setLoaded({ key, file: null, problem: failure instanceof Error ? failure.message : String(failure) });
      },
    );
    return () => abort.abort();
  }, [url, key]);
  const current = loaded !== null && loaded.key === key ? loaded : null;
  const names = useMemo(
    () => new Map(run?.waves.flatMap(({ trips }) => trips.flatMap(({ branchAssetId, name }): [string, string][] => (name === null ? [] : [[branchAssetId, name]])))),
    [run],
  );
  const trips = useMemo(
    () => (current === null || current.problem !== null || branches === null ? null : tripsOf(current.file, names, branches, substations)),
    [current, names, branches, substations],
  );
  const failure = error !== undefined && run === null && !fetching ? problemOf(error).message : (current?.problem ?? null);
  return {
    trips,
    problem: failure,
    retry: () => {
      refetch({ requestPolicy: 'network-only' });
      setAttempt((before) => before + 1);
    },
  };
}
