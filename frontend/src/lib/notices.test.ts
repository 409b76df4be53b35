import { beforeEach, describe, expect, it } from 'vitest';

import { dismissToast, forgetNotices, markSeen, mutedKinds, notices, replaceKind, seenNotices, tellChange, toasts, unreadCount } from './notices';
import type { Notice } from './notices';

const notice = (id: string, at = '2026-01-02T03:00:00Z', kind: Notice['kind'] = 'alarm'): Notice => ({ id, kind, severity: 'warning', text: id, at, href: null });
const unread = (): number => unreadCount(notices.get(), seenNotices.get(), mutedKinds.get());

beforeEach(() => {
  forgetNotices();
  seenNotices.set([]);
  mutedKinds.set([]);
});

describe('notices', () => {
  it('are unread until they are seen, newest first', () => {
    replaceKind('alarm', [notice('a', '2026-01-01T00:00:00Z'), notice('b', '2026-01-03T00:00:00Z')], false);
    expect(notices.get().map((each) => each.id)).toEqual(['b', 'a']);
    expect(unread()).toBe(2);
    markSeen(['a']);
    expect(unread()).toBe(1);
    // What was there at first is no news.
    expect(toasts.get()).toEqual([]);
  });

  it('that are new stand at the edge, once', () => {
    replaceKind('alarm', [notice('a')], false);
    replaceKind('alarm', [notice('a'), notice('b')], true);
    expect(toasts.get()).toEqual(['b']);
    replaceKind('alarm', [notice('a'), notice('b')], true);
    expect(toasts.get()).toEqual(['b']);
    dismissToast('b');
    expect(toasts.get()).toEqual([]);
  });

  it('that are over are gone, those of other kinds stay', () => {
    replaceKind('alarm', [notice('a')], false);
    replaceKind('job', [notice('j', undefined, 'job')], false);
    replaceKind('alarm', [], true);
    expect(notices.get().map((each) => each.id)).toEqual(['j']);
  });

  it('of kinds that are not wanted are neither counted nor shown', () => {
    mutedKinds.set(['alarm']);
    replaceKind('alarm', [notice('a')], true);
    expect(unread()).toBe(0);
    expect(toasts.get()).toEqual([]);
  });

  it('of what one did are shown with their way back, but not unread', () => {
    tellChange({ severity: 'success', text: 'Saved', undo: () => Promise.resolve() });
    expect(toasts.get()).toHaveLength(1);
    expect(unread()).toBe(0);
    expect(notices.get()[0]?.undo).toBeDefined();
  });
});
