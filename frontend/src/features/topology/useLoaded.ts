import { useCallback, useEffect, useState } from 'react';
import { createRequest, useClient } from 'urql';
import type { AnyVariables, TypedDocumentNode } from 'urql';
import { pipe, take, toPromise } from 'wonka';

import { problemOf } from '../../lib/graphql/errors';

/** Asks the server one thing; throws what went wrong in words. */
export type AskServer = <Data, Variables extends AnyVariables>(query: TypedDocumentNode<Data, Variables>, variables: Variables) => Promise<Data>;

export interface Loaded<T> {
  /** Of the present key, or null until it is there. */
  data: T | null;
  problem: string | null;
  refresh: () => void;
}

/** What takes several questions to know. It is loaded anew for each key; a null key asks nothing. */
export function useLoaded<T>(key: string | null, load: (ask: AskServer, key: string) => Promise<T>): Loaded<T> {
  const client = useClient();
  const [known, setKnown] = useState<{ key: string; data: T | null; problem: string | null } | null>(null);
  const [turn, setTurn] = useState(0);
  const refresh = useCallback(() => {
    setKnown(null);
    setTurn((before) => before + 1);
  }, []);

  useEffect(() => {
    if (key === null) return undefined;
    let isWanted = true;
    const ask: AskServer = async (query, variables) => {
      const request = createRequest(query, variables);
      const result = await pipe(client.executeQuery(request, { requestPolicy: 'network-only' }), take(1), toPromise);
      if (result.data === undefined || result.error !== undefined) {
        throw new Error(result.error === undefined ? 'The server gave no answer.' : problemOf(result.error).message);
      }
      return result.data;
    };
    load(ask, key).then(
      (data) => isWanted && setKnown({ key, data, problem: null }),
      (error: unknown) => isWanted && setKnown({ key, data: null, problem: error instanceof Error ? error.message : 'It could not be loaded.' }),
    );
    return () => {
      isWanted = false;
    };
  }, [client, key, load, turn]);

  const isOfKey = known !== null && known.key === key;
  return { data: isOfKey ? known.data : null, problem: isOfKey ? known.problem : null, refresh };
}

/** Every row of a list, page by page. */
export async function allPages<Row>(page: (after: string | null) => Promise<{ rows: readonly Row[]; next: string | null }>): Promise<Row[]> {
  const rows: Row[] = [];
  for (let after: string | null = null; ; ) {
    const read = await page(after);
    rows.push(...read.rows);
    if (read.next === null) return rows;
    after = read.next;
  }
}

interface Connection<Node> {
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
  edges: readonly { node: Node }[];
}

export function pageOf<Node>(connection: Connection<Node>): { rows: Node[]; next: string | null } {
  const { hasNextPage, endCursor } = connection.pageInfo;
  return { rows: connection.edges.map(({ node }) => node), next: hasNextPage ? endCursor : null };
}
