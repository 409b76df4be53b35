import { useState } from 'react';
import { useMutation } from 'urql';
import type { TypedDocumentNode } from 'urql';

import { problemOf, problemOfInfo } from '../../lib/graphql/errors';
import type { Problem } from '../../lib/graphql/errors';

import type { StudyRow } from './queries';

type Started = ({ __typename: 'DecisionStudy' } & StudyRow) | { __typename: 'OperationInfo'; code: string; message: string; field: string | null };

interface Start<Input> {
  isBusy: boolean;
  problem: Problem | null;
  /** The study, once it is queued; null if it was refused. */
  start: (input: Input) => Promise<StudyRow | null>;
}

/** Queue a study; what the server says against it is told. */
export function useStart<Input>(mutation: TypedDocumentNode<{ started: Started }, { input: Input }>): Start<Input> {
  const [{ fetching }, run] = useMutation(mutation);
  const [problem, setProblem] = useState<Problem | null>(null);
  const start = async (input: Input): Promise<StudyRow | null> => {
    setProblem(null);
    const { data, error } = await run({ input });
    if (error !== undefined) setProblem(problemOf(error));
    else if (data?.started.__typename === 'OperationInfo') setProblem(problemOfInfo(data.started));
    else if (data !== undefined) return data.started;
    return null;
  };
  return { isBusy: fetching, problem, start };
}
