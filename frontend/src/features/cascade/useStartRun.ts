import { useState } from 'react';
import { useMutation } from 'urql';

import { problemOf, problemOfInfo } from '../../lib/graphql/errors';
import type { Problem } from '../../lib/graphql/errors';

import type { Checked } from './draft';
import { StartCascadeRunMutation } from './queries';
import { RunScenarioMutation } from './scenario/queries';

type Ready = Exclude<Checked, { problems: unknown }>;

/** Starts a run, of a scenario or of the planning case; the run's id, or null if it was refused. */
export function useStartRun() {
  const [{ fetching: isStarting }, startRun] = useMutation(StartCascadeRunMutation);
  const [{ fetching: isRunning }, runScenario] = useMutation(RunScenarioMutation);
  const [refusal, setRefusal] = useState<Problem | null>(null);
  const start = async (ready: Ready): Promise<string | null> => {
    if ('run' in ready) {
      const { data, error } = await startRun({ input: ready.run });
      if (error !== undefined) setRefusal(problemOf(error));
      else if (data?.startCascadeRun.__typename === 'OperationInfo') setRefusal(problemOfInfo(data.startCascadeRun));
      else if (data?.startCascadeRun.__typename === 'CascadeRun') return data.startCascadeRun.runId;
      return null;
    }
    const { data, error } = await runScenario({ input: ready.scenario });
    if (error !== undefined) setRefusal(problemOf(error));
    else if (data?.runScenario.__typename === 'OperationInfo') setRefusal(problemOfInfo(data.runScenario));
    else if (data?.runScenario.__typename === 'CascadeRun') return data.runScenario.runId;
    return null;
  };
  return { start, isStarting: isStarting || isRunning, refusal, forget: () => setRefusal(null) };
}
