import { act, renderHook } from '@testing-library/react';
import type { Sink } from 'graphql-ws';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type * as Subscriptions from '../../../lib/graphql/subscriptions';
import type { MapLayers } from '../useLayerStates';

import { liveNews } from './liveNews';
import { useLive } from './useLive';

const sinks: { query: string; sink: Sink }[] = [];

vi.mock('../../../lib/graphql/subscriptions', async (original) => ({
  ...(await original<typeof Subscriptions>()),
  subscribeTo: ({ query }: { query: string }, sink: Sink) => {
    const entry = { query, sink };
    sinks.push(entry);
    return () => void sinks.splice(sinks.indexOf(entry), 1);
  },
}));

function layers(): MapLayers {
  return {
    sources: [],
    visible: new Set(),
    states: {},
    isListed: true,
    isLoading: false,
    problem: null,
    retryLayer: vi.fn(),
    refreshLayer: vi.fn(),
    touchLayer: vi.fn(),
    retryList: vi.fn(),
  };
}

function tell(isCurrentState: boolean, keys: string[]): void {
  for (const { query, sink } of sinks) {
    if (query.includes('mapLayerUpdates')) act(() => sink.next({ data: { mapLayerUpdates: { isCurrentState, keys } } }));
  }
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  sinks.length = 0;
  liveNews.set({ followed: 0, changes: 0, lastAt: null });
});

describe('what the map follows', () => {
  it('asks for the list of layers when one changed, once for a burst, and when news was missed', () => {
    const given = layers();
    const { unmount } = renderHook(() => useLive({ current: null }, given, 'voltage'));
    tell(true, []);
    vi.advanceTimersByTime(1_000);
    expect(given.retryList).not.toHaveBeenCalled();

    tell(false, ['poles']);
    tell(false, ['lines', 'crews']);
    vi.advanceTimersByTime(1_000);
    expect(given.retryList).toHaveBeenCalledTimes(1);
    expect(liveNews.get()).toMatchObject({ followed: 1, changes: 3 });

    // The link was lost and is back: the state is told anew.
    tell(true, []);
    vi.advanceTimersByTime(1_000);
    expect(given.retryList).toHaveBeenCalledTimes(2);

    unmount();
    expect(sinks).toEqual([]);
    expect(liveNews.get().followed).toBe(0);
  });
});
