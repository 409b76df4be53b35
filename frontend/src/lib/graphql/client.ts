import { cacheExchange } from '@urql/exchange-graphcache';
import type { Cache } from '@urql/exchange-graphcache';
import { Client, fetchExchange, mapExchange, subscriptionExchange } from 'urql';

import { sessionEvents } from '../sessionEvents';

import { CACHE_KEYS } from './cacheKeys';
import { csrfToken } from './csrf';
import { isUnauthenticated } from './errors';
import { subscribeTo } from './subscriptions';

const REQUEST_TIMEOUT_MS = 30_000;

/** `fetch` that gives up: a server that accepts a request and never answers must not hang the page. */
function fetchWithTimeout(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const timeout = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
  const signal = init?.signal ? AbortSignal.any([init.signal, timeout]) : timeout;
  return fetch(input, { ...init, signal });
}

/** Root fields that are lists, by the mutations that change what is in them. */
const LISTS_CHANGED_BY: Readonly<Record<string, string>> = {
  startCascadeRun: 'cascadeRuns',
  runScenario: 'cascadeRuns',
  repeatCascadeRun: 'cascadeRuns',
  startCascadeBatch: 'cascadeBatches',
  createScenario: 'scenarios',
  deleteScenario: 'scenarios',
  sendAssistantMessage: 'assistantThreads',
  deleteAssistantThread: 'assistantThreads',
  saveView: 'savedViews',
  updateSavedView: 'savedViews',
  deleteSavedView: 'savedViews',
};

/** Drop what a root field answered, with whatever arguments it was asked: `cache.invalidate` alone drops it with none. */
function forget(cache: Cache, fieldName: string): void {
  for (const field of cache.inspectFields('Query')) {
    if (field.fieldName === fieldName) cache.invalidate('Query', field.fieldName, field.arguments ?? undefined);
  }
}

/** A GraphQL client with an empty cache; made anew at every log-in so that no data crosses users. */
export function createGraphqlClient(): Client {
  return new Client({
    url: '/graphql',
    preferGetMethod: false,
    fetch: fetchWithTimeout,
    fetchOptions: () => {
      const token = csrfToken(document.cookie);
      return {
        credentials: 'same-origin' as const,
        headers: token === null ? undefined : { 'X-CSRFToken': token },
      };
    },
    exchanges: [
      mapExchange({
        onError(error) {
          if (isUnauthenticated(error)) sessionEvents.expired();
        },
        // What failed wholly has null for its data, though its type says undefined, and so do all who ask.
        onResult: (result) => ((result.data as unknown) === null ? { ...result, data: undefined } : result),
      }),
      cacheExchange({
        keys: CACHE_KEYS,
        updates: {
          Mutation: Object.fromEntries(
            Object.entries(LISTS_CHANGED_BY).map(([mutation, list]) => [
              mutation,
              (_result: unknown, _args: unknown, cache: Cache) => forget(cache, list),
            ]),
          ),
        },
      }),
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: (operation) => ({
          subscribe: (sink) => ({
            unsubscribe: subscribeTo(
              { query: operation.query ?? '', variables: operation.variables as Record<string, unknown> },
              {
                next: (value) => sink.next(value as Parameters<typeof sink.next>[0]),
                error: (error) => sink.error(error),
                complete: () => sink.complete(),
              },
            ),
          }),
        }),
      }),
    ],
  });
}
