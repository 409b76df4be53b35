import { rememberedStore } from './remembered';
import { createStore } from './store';

/** What one can be told of. `change`: what one did oneself, with its way back. */
export const NOTICE_KINDS = ['alarm', 'outage', 'job', 'change'] as const;
export type NoticeKind = (typeof NOTICE_KINDS)[number];

export interface Notice {
  /** The same thing has the same id after a reload, so that it stays read. */
  id: string;
  kind: NoticeKind;
  severity: 'info' | 'success' | 'warning' | 'error';
  text: string;
  /** Instant, ISO 8601. */
  at: string;
  /** Where more of it is, as a path; null: nowhere. */
  href: string | null;
  undo?: () => Promise<void>;
}

/** All that one can be told of now, newest first. */
export const notices = createStore<readonly Notice[]>([]);

/** Ids of those that stand at the edge of the page. */
export const toasts = createStore<readonly string[]>([]);

const MOST_SEEN = 1_000;
const MOST_TOASTS = 4;

function texts(stored: unknown): readonly string[] | null {
  return Array.isArray(stored) ? stored.filter((each): each is string => typeof each === 'string').slice(-MOST_SEEN) : null;
}

/** Ids of the notices read in this browser. */
export const seenNotices = rememberedStore<readonly string[]>('flux.seenNotices', [], texts);

/** Kinds that one does not want to be told of. */
export const mutedKinds = rememberedStore<readonly string[]>('flux.mutedNotices', [], texts);

export function isMuted(kind: NoticeKind, muted: readonly string[]): boolean {
  return muted.includes(kind);
}

/** Of the kinds that one wants, newest first. */
export function wanted(all: readonly Notice[], muted: readonly string[]): readonly Notice[] {
  return all.filter((notice) => !isMuted(notice.kind, muted));
}

export function unreadCount(all: readonly Notice[], seen: readonly string[], muted: readonly string[]): number {
  const read = new Set(seen);
  return wanted(all, muted).filter((notice) => !read.has(notice.id)).length;
}

export function markSeen(ids: readonly string[]): void {
  seenNotices.set((seen) => {
    const fresh = ids.filter((id) => !seen.includes(id));
    return fresh.length === 0 ? seen : [...seen, ...fresh].slice(-MOST_SEEN);
  });
}

/** Replace what is known of one kind; with `isNews` what was not known before stands at the edge of the page, too. */
export function replaceKind(kind: NoticeKind, found: readonly Notice[], isNews: boolean): void {
  const before = notices.get();
  const known = new Set(before.map((notice) => notice.id));
  notices.set(newestFirst([...before.filter((notice) => notice.kind !== kind), ...found]));
  if (isNews) show(found.filter((notice) => !known.has(notice.id)));
}

/** Say what was just done, or that it was refused. */
export function tellChange(notice: Omit<Notice, 'id' | 'kind' | 'at' | 'href'> & { href?: string | null }): void {
  const made: Notice = { href: null, ...notice, id: `change/${Date.now()}/${Math.random()}`, kind: 'change', at: new Date().toISOString() };
  notices.set((before) => newestFirst([made, ...before]));
  // One saw it as one did it.
  markSeen([made.id]);
  show([made]);
}

function show(found: readonly Notice[]): void {
  const muted = mutedKinds.get();
  const seen = new Set(seenNotices.get());
  const fresh = found.filter((notice) => !isMuted(notice.kind, muted) && (notice.kind === 'change' || !seen.has(notice.id)));
  if (fresh.length > 0) toasts.set((shown) => [...shown, ...fresh.map((notice) => notice.id)].slice(-MOST_TOASTS));
}

export function dismissToast(id: string): void {
  toasts.set((shown) => shown.filter((each) => each !== id));
}

/** At the end of a session: what one user was told is not for the next. */
export function forgetNotices(): void {
  notices.set([]);
  toasts.set([]);
}

function newestFirst(all: readonly Notice[]): readonly Notice[] {
  return [...all].sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
}
