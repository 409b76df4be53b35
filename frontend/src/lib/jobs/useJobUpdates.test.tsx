import { act, renderHook } from '@testing-library/react';
import { Provider } from 'urql';
import type { Client } from 'urql';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { never } from 'wonka';

import { linkState } from '../graphql/subscriptions';

import { useJobUpdates } from './useJobUpdates';

function open(isActive: boolean) {
  const query = vi.fn((_document: unknown, _variables: unknown, _context: unknown) => ({ toPromise: () => Promise.resolve() }));
  const client = { executeSubscription: () => never, query } as unknown as Client;
  const hook = renderHook(({ active }) => useJobUpdates('job-1', active), {
    initialProps: { active: isActive },
    wrapper: ({ children }) => <Provider value={client}>{children}</Provider>,
  });
  return { query, hook };
}

const pass = (ms: number): Promise<void> => act(() => vi.advanceTimersByTimeAsync(ms).then(() => undefined));

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  linkState.set('idle');
});

describe('following a job', () => {
  it('does not poll while the websocket is connected', async () => {
    linkState.set('connected');
    const { query } = open(true);
    await pass(20_000);
    expect(query).not.toHaveBeenCalled();
  });

  it('polls when the websocket has been away for a while, and stops when it is back', async () => {
    const { query } = open(true);
    act(() => linkState.set('closed'));
    await pass(2_900);
    expect(query).not.toHaveBeenCalled();
    await pass(200);
    expect(query).toHaveBeenCalledOnce();
    await pass(4_000);
    const asked = query.mock.calls.length;
    expect(asked).toBe(3);
    expect(query.mock.calls[0]?.slice(1)).toEqual([{ id: 'job-1' }, { requestPolicy: 'network-only' }]);
    act(() => linkState.set('connected'));
    await pass(20_000);
    expect(query.mock.calls.length).toBe(asked);
  });

  it('does not poll for a finished job', async () => {
    const { query } = open(false);
    act(() => linkState.set('closed'));
    await pass(20_000);
    expect(query).not.toHaveBeenCalled();
  });
});
