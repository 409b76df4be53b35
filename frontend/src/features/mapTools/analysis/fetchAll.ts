import type { Client } from 'urql';

import type { AreaInput } from '../../../lib/geo/shapes';
import { problemOf } from '../../../lib/graphql/errors';

import type { PlacedClass } from './classes';
import { AreaClassQuery, AreaFailureIdsQuery } from './queries';
import type { AreaAsset } from './queries';

/** As many as the server gives at once. */
const PAGE = 250;
/** More than these are for an export job, which the server makes. */
export const MOST_ROWS = 10_000;

/**
 * All assets of some classes in an area, page by page.
 *
 * Rejects with the server's words, or with an `AbortError` once `signal` says so.
 */
export async function fetchAll(
  client: Pick<Client, 'query'>,
  area: AreaInput,
  kinds: readonly PlacedClass[],
  options: { signal: AbortSignal; onProgress: (rows: number) => void },
): Promise<AreaAsset[]> {
  const { signal, onProgress } = options;
  const found: AreaAsset[] = [];
  for (const kind of kinds) {
    let after: string | null = null;
    let hasMore = true;
    while (hasMore) {
      signal.throwIfAborted();
      const answer = await pageOf(client, { area, kind, first: PAGE, after });
      signal.throwIfAborted();
      found.push(...answer.assets);
      if (found.length > MOST_ROWS) throw new Error(`More than ${MOST_ROWS.toLocaleString('en-US')} rows: draw a smaller area.`);
      onProgress(found.length);
      after = answer.endCursor ?? null;
      hasMore = answer.hasNextPage && after !== null;
    }
  }
  return found;
}

/** Ids of all assets of the transmission network that fail with an area. Rejects with the server's words. */
export async function fetchOutageIds(client: Pick<Client, 'query'>, area: AreaInput, count: number): Promise<string[]> {
  const ids: string[] = [];
  while (ids.length < count) {
    const variables = { area, first: PAGE, offset: ids.length };
    const { data, error } = await client.query(AreaFailureIdsQuery, variables, { requestPolicy: 'network-only' }).toPromise();
    const page = data?.patientZero.outageIds ?? [];
    if (page.length === 0) throw new Error(error === undefined ? 'The server gave no answer.' : problemOf(error).message);
    ids.push(...page);
  }
  return ids;
}

async function pageOf(
  client: Pick<Client, 'query'>,
  variables: { area: AreaInput; kind: PlacedClass; first: number; after: string | null },
): Promise<{ assets: AreaAsset[]; endCursor?: string | null; hasNextPage: boolean }> {
  const { data, error } = await client.query(AreaClassQuery, variables, { requestPolicy: 'network-only' }).toPromise();
  const [page] = data?.assetsIn.classes ?? [];
  if (page === undefined) throw new Error(error === undefined ? 'The server gave no answer.' : problemOf(error).message);
  return page;
}
