import { useCallback } from 'react';
import { useMutation } from 'urql';
import type { AnyVariables, TypedDocumentNode } from 'urql';

import { problemOf, problemOfInfo } from './graphql/errors';
import type { Problem } from './graphql/errors';
import { createStore } from './store';

interface Info {
  __typename: 'OperationInfo';
  code: string;
  message: string;
  field: string | null;
}

export type Outcome<Row> = { row: Row; problem?: undefined } | { row?: undefined; problem: Problem };

/** What was done last, or refused, and how it is taken back. */
export interface Notice {
  text: string;
  isRefusal: boolean;
  undo?: () => Promise<void>;
}

export const notices = createStore<Notice | null>(null);

/** Rises with every change made here, so that what is shown is asked for anew. */
export const changeCount = createStore(0);

/** A change through the API: its row, or the refusal in words. Nothing is thrown. */
export function useChange<Payload extends { __typename: string }, Variables extends AnyVariables>(
  document: TypedDocumentNode<{ payload: Payload | Info }, Variables>,
): (variables: Variables) => Promise<Outcome<Exclude<Payload, Info>>> {
  const [, execute] = useMutation(document);
  return useCallback(
    async (variables: Variables) => {
      const { data, error } = await execute(variables);
      // Also after a refusal: somebody was quicker, and what they did is to be seen.
      changeCount.set((count) => count + 1);
      if (error !== undefined) return { problem: problemOf(error) };
      const payload = data?.payload;
      if (payload === undefined) return { problem: { code: 'ERROR', message: 'The server gave no answer.', field: null } };
      if (isInfo(payload)) return { problem: problemOfInfo(payload) };
      return { row: payload as Exclude<Payload, Info> };
    },
    [execute],
  );
}

function isInfo(payload: { __typename: string } | Info): payload is Info {
  return payload.__typename === 'OperationInfo';
}

/** Say how a change went; `undo` takes it back and says so too. */
export function tell<Row>(outcome: Outcome<Row>, text: string, undo?: (row: Row) => Promise<Outcome<unknown>>): boolean {
  if (outcome.problem !== undefined) {
    notices.set({ text: outcome.problem.message, isRefusal: true });
    return false;
  }
  const { row } = outcome;
  notices.set({
    text,
    isRefusal: false,
    undo:
      undo === undefined
        ? undefined
        : async () => {
            tell(await undo(row), `Taken back: ${text.charAt(0).toLowerCase()}${text.slice(1)}`);
          },
  });
  return true;
}
