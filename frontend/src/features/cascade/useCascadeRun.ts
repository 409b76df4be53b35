import { useEffect, useState } from 'react';
import { useQuery } from 'urql';

import { requestColumns } from '../../lib/columns/request';
import { problemOf } from '../../lib/graphql/errors';
import type { Problem } from '../../lib/graphql/errors';
import { isFinished } from '../../lib/jobs/status';
import { useJobUpdates } from '../../lib/jobs/useJobUpdates';

import { CascadeRunQuery } from './queries';
import type { CascadeRunDetail } from './queries';
import { decodeResult } from './result';
import type { CascadeResult } from './result';

export interface CascadeRunState {
  run: CascadeRunDetail | null;
  isLoading: boolean;
  /** The run itself could not be had; NOT_FOUND if there is none this account may see. */
  problem: Problem | null;
  result: CascadeResult | null;
  isResultLoading: boolean;
  resultProblem: string | null;
  retry: () => void;
}

/** A cascade run, followed live until its job has finished, with its result on the map. */
export function useCascadeRun(runId: string | null): CascadeRunState {
  const [{ data, error, fetching, stale }, refetch] = useQuery({
    query: CascadeRunQuery,
    variables: { id: runId ?? '' },
    pause: runId === null,
  });
  const run = runId === null ? null : (data?.cascadeRun ?? null);
  const isActive = run !== null && !isFinished(run.job.status);
  useJobUpdates(run?.job.jobId ?? null, isActive);

  // The job's end comes by subscription; what the run found is asked for then.
  const needsResult = run?.job.status === 'SUCCEEDED' && run.totalShedMw == null;
  useEffect(() => {
    if (needsResult) refetch({ requestPolicy: 'network-only' });
  }, [needsResult, refetch]);

  const columns = useResultColumns(run?.job.status === 'SUCCEEDED' ? run : null);
  let problem: Problem | null = null;
  if (runId !== null && run === null && !fetching) {
    if (error !== undefined) problem = problemOf(error);
    else if (data?.cascadeRun === null) {
      problem = { code: 'NOT_FOUND', message: `There is no run ${runId} that you may see.`, field: null };
    }
  }
  return {
    run,
    isLoading: runId !== null && run === null && (fetching || stale) && problem === null,
    problem,
    ...columns,
    retry: () => {
      refetch({ requestPolicy: 'network-only' });
      columns.retryResult();
    },
  };
}

interface Loaded {
  key: string;
  result: CascadeResult | null;
  problem: string | null;
}

function useResultColumns(run: CascadeRunDetail | null) {
  const [attempt, setAttempt] = useState(0);
  const [loaded, setLoaded] = useState<Loaded | null>(null);
  const branchesUrl = run?.branchesUrl;
  const substationsUrl = run?.substationsUrl;
  const key = branchesUrl === undefined ? null : `${branchesUrl}#${attempt}`;

  useEffect(() => {
    if (branchesUrl === undefined || substationsUrl === undefined || key === null) return undefined;
    const abort = new AbortController();
    Promise.all([requestColumns(branchesUrl, abort.signal), requestColumns(substationsUrl, abort.signal)])
      .then(([branches, substations]) => decodeResult(branches, substations))
      .then(
        (result) => !abort.signal.aborted && setLoaded({ key, result, problem: null }),
        (error: unknown) => {
          if (abort.signal.aborted) return;
          setLoaded({ key, result: null, problem: error instanceof Error ? error.message : String(error) });
        },
      );
    return () => abort.abort();
  }, [branchesUrl, substationsUrl, key]);

  const current = loaded !== null && loaded.key === key ? loaded : null;
  return {
    result: current?.result ?? null,
    isResultLoading: key !== null && current === null,
    resultProblem: current?.problem ?? null,
    retryResult: () => setAttempt((previous) => previous + 1),
  };
}
