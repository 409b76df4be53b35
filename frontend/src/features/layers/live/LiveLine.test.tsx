import { act, screen } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { mockClient, renderWith } from '../../../../tests/mockClient';
import { linkState } from '../../../lib/graphql/subscriptions';

import { LiveLine } from './LiveLine';
import { followedByMap, liveNews, tellChanges } from './liveNews';

beforeEach(() => void vi.useFakeTimers({ now: Date.parse('2026-06-01T17:03:05Z') }));
afterEach(() => {
  vi.useRealTimers();
  linkState.set('idle');
  liveNews.set({ followed: 0, changes: 0, lastAt: null });
});

describe('the line about live updates', () => {
  it('tells how many values changed, and when the last did', () => {
    renderWith(mockClient({}), <LiveLine timeZone="America/Chicago" />);
    expect(screen.queryByTestId('live-line')).toBeNull();
    let unfollow = (): void => undefined;
    act(() => void (unfollow = followedByMap()));
    act(() => linkState.set('connected'));
    expect(screen.getByTestId('live-line').textContent).toBe('Live, no change yet');
    act(() => tellChanges(1));
    expect(screen.getByTestId('live-line').textContent).toBe('Live, 1 change, last 12:03:05');
    vi.setSystemTime(Date.parse('2026-06-01T17:04:00Z'));
    act(() => tellChanges(0));
    act(() => tellChanges(1_200));
    expect(screen.getByTestId('live-line').textContent).toBe('Live, 1,201 changes, last 12:04:00');
    act(() => unfollow());
    expect(screen.queryByTestId('live-line')).toBeNull();
  });

  it('says that updates are away once the link stays away', () => {
    renderWith(mockClient({}), <LiveLine timeZone="America/Chicago" />);
    act(() => void followedByMap());
    act(() => linkState.set('closed'));
    expect(screen.getByTestId('live-line').textContent).toBe('Live, no change yet');
    act(() => void vi.advanceTimersByTime(3_100));
    expect(screen.getByTestId('live-line').textContent).toBe('Live updates are away, no change yet');
    act(() => linkState.set('connected'));
    expect(screen.getByTestId('live-line').textContent).toBe('Live, no change yet');
  });
});
