import { useCallback } from 'react';
import { useMutation } from 'urql';
import type { AnyVariables, TypedDocumentNode } from 'urql';

import { problemOf, problemOfInfo } from '../../lib/graphql/errors';
import { createStore } from '../../lib/store';

interface Info {
  __typename: 'OperationInfo';
  code: string;
  message: string;
  field: string | null;
}

export type Outcome<Row> = { row: Row; refusal?: undefined } | { row?: undefined; refusal: string };

/** What was done last, or refused, and how it is taken back. */
export interface Notice {
  text: string;
  isRefusal: boolean;
  undo?: () => Promise<void>;
}

export const notices = createStore<Notice | null>(null);

/** Rises with every change made here, so that lists are asked for anew. */
export const changeCount = createStore(0);

/** A change through the API: its row, or the refusal in words. Nothing is thrown. */
export function useChange<Payload extends { __typename: string }, Variables extends AnyVariables>(
  document: TypedDocumentNode<{ payload: Payload | Info }, Variables>,
): (variables: Variables) => Promise<Outcome<Exclude<Payload, Info>>> {
  const [, execute] = useMutation(document);
  return useCallback(
    async (variables: Variables) => {
      const { data, error } = await execute(variables);
      changeCount.set((count) => count + 1);
      if (error !== undefined) return { refusal: problemOf(error).message };
      const payload = data?.payload;
      if (payload === undefined) return { refusal: 'The server gave no answer.' };
      if (isInfo(payload)) return { refusal: problemOfInfo(payload).message };
      return { row: payload as Exclude<Payload, Info> };
    },
    [execute],
  );
}

function isInfo(payload: { __typename: string } | Info): payload is Info {
  return payload.__typename === 'OperationInfo';
}
