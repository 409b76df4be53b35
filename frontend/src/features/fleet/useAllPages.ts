import type { TypedDocumentNode } from '@urql/core';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useClient } from 'urql';
import type { AnyVariables } from 'urql';

import { problemOf } from '../../lib/graphql/errors';

/** Most rows that the server gives in a page. */
const PAGE = 250;

export interface Page<Row> {
  rows: readonly Row[];
  totalCount: number;
  next: string | null;
}

interface Loading {
  done: number;
  total: number;
}

interface AllPages<Row> {
  /** Null: none is under way. */
  progress: Loading | null;
  problem: string | null;
  load: (then: (rows: Row[]) => void) => void;
  cancel: () => void;
}

/** Reads a list to its end, page by page, when asked to: for downloads of more than what is shown. */
export function useAllPages<Data, Variables extends AnyVariables, Row>(
  query: TypedDocumentNode<Data, Variables>,
  variablesOf: (page: { first: number; after: string | null }) => Variables,
  pageOf: (data: Data) => Page<Row>,
): AllPages<Row> {
  const client = useClient();
  const [progress, setProgress] = useState<Loading | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const turn = useRef(0);
  const cancel = useCallback(() => {
    turn.current += 1;
    setProgress(null);
  }, []);
  useEffect(() => () => void (turn.current += 1), []);

  const read = async (mine: number): Promise<Row[] | null> => {
    const rows: Row[] = [];
    let after: string | null = null;
    do {
      const result = await client.query(query, variablesOf({ first: PAGE, after }), { requestPolicy: 'network-only' }).toPromise();
      if (turn.current !== mine) return null;
      if (result.error !== undefined || result.data === undefined) {
        setProblem(result.error === undefined ? 'The server gave no answer.' : problemOf(result.error).message);
        setProgress(null);
        return null;
      }
      const page = pageOf(result.data);
      rows.push(...page.rows);
      after = page.next;
      setProgress({ done: rows.length, total: page.totalCount });
    } while (after !== null);
    setProgress(null);
    return rows;
  };
  const load = (then: (rows: Row[]) => void): void => {
    turn.current += 1;
    setProblem(null);
    setProgress({ done: 0, total: 0 });
    void read(turn.current).then((rows) => {
      if (rows !== null) then(rows);
    });
  };
  return { progress, problem, load, cancel };
}
