import { createClient } from 'graphql-ws';
import type { Client } from 'graphql-ws';

import { createStore } from '../store';

export type LinkState = 'idle' | 'connecting' | 'connected' | 'closed';

/** State of the one websocket. `idle`: nothing is subscribed, so no socket is open. */
export const linkState = createStore<LinkState>('idle');

const MAX_BACKOFF_MS = 15_000;

/** 1, 2, 4 … 15 s with up to 30 % jitter, so that clients do not return all at once after a restart. */
export function backoffMs(retries: number, random: () => number): number {
  const base = Math.min(MAX_BACKOFF_MS, 1_000 * 2 ** Math.min(retries, 10));
  return base * (1 + 0.3 * random());
}

function socketUrl(): string {
  const scheme = window.location.protocol === 'https:' ? 'wss' : 'ws';
  return `${scheme}://${window.location.host}/graphql`;
}

let client: Client | undefined;

/** The module's single websocket client; subscriptions share one socket and survive server restarts. */
export function subscriptionClient(): Client {
  client ??= createClient({
    url: socketUrl,
    lazy: true,
    keepAlive: 12_000,
    retryAttempts: Infinity,
    shouldRetry: () => true,
    retryWait: (retries) =>
      new Promise((resolve) => {
        setTimeout(resolve, backoffMs(retries, Math.random));
      }),
    on: {
      connecting: () => linkState.set('connecting'),
      connected: () => linkState.set('connected'),
      closed: () => linkState.set('closed'),
    },
  });
  return client;
}

/** Close the socket; the next subscription opens one under the session of that moment. */
export function closeSubscriptions(): void {
  const closing = client;
  client = undefined;
  void closing?.dispose();
  linkState.set('idle');
}
