import { cacheExchange } from '@urql/exchange-graphcache';
import type { Cache } from '@urql/exchange-graphcache';
import { Client, fetchExchange, mapExchange, subscriptionExchange } from 'urql';

import { sessionEvents } from '../sessionEvents';

import { CACHE_KEYS } from './cacheKeys';
import { csrfToken } from './csrf';
import { isUnauthenticated } from './errors';
import { subscriptionClient } from './subscriptions';

const REQUEST_TIMEOUT_MS = 30_000;

/** `fetch` that gives up: a server that accepts a request and never answers must not hang the page. */
function fetchWithTimeout(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const timeout = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
  const signal = init?.signal ? AbortSignal.any([init.signal, timeout]) : timeout;
  return fetch(input, { ...init, signal });
}

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
      }),
      cacheExchange({
        keys: CACHE_KEYS,
        updates: {
          Mutation: {
            startCascadeRun: (_result, _args, cache) => forget(cache, 'cascadeRuns'),
            sendAssistantMessage: (_result, _args, cache) => forget(cache, 'assistantThreads'),
            deleteAssistantThread: (_result, _args, cache) => forget(cache, 'assistantThreads'),
          },
        },
      }),
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: (operation) => ({
          subscribe: (sink) => ({
            unsubscribe: subscriptionClient().subscribe(
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
