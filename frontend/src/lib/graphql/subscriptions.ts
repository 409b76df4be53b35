import type { Client, Sink, SubscribePayload } from 'graphql-ws';

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

let current: Promise<Client> | null = null;

/** The module's single websocket client; subscriptions share one socket and survive server restarts. */
function subscriptionClient(): Promise<Client> {
  if (current !== null) return current;
  // Loaded with the first subscription: the page is painted without it.
  const made = import('graphql-ws').then(({ createClient }) => {
    // What a socket says after it was given up is of no interest.
    const tell = (state: LinkState) => () => {
      if (current === made) linkState.set(state);
    };
    return createClient({
      url: socketUrl,
      lazy: true,
      keepAlive: 12_000,
      retryAttempts: Infinity,
      shouldRetry: () => true,
      retryWait: (retries) =>
        new Promise((resolve) => {
          setTimeout(resolve, backoffMs(retries, Math.random));
        }),
      on: { connecting: tell('connecting'), connected: tell('connected'), closed: tell('closed') },
    });
  });
  current = made;
  made.catch(() => {
    // Its code could not be loaded; the next subscription tries again.
    if (current === made) current = null;
  });
  return made;
}

/** Follow a subscription until the returned function is called. */
export function subscribeTo(payload: SubscribePayload, sink: Sink): () => void {
  let stop: (() => void) | null = null;
  let isOver = false;
  subscriptionClient().then(
    (client) => {
      if (!isOver) stop = client.subscribe(payload, sink);
    },
    (error: unknown) => {
      if (!isOver) sink.error(error);
    },
  );
  return () => {
    isOver = true;
    stop?.();
  };
}

/** Close the socket; the next subscription opens one under the session of that moment. */
export function closeSubscriptions(): void {
  const closing = current;
  current = null;
  closing?.then(
    (client) => void client.dispose(),
    () => undefined,
  );
  linkState.set('idle');
}
