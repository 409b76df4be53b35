import { useCallback, useMemo } from 'react';

import { hourText } from '../../lib/layerDisplay';
import { navigate, useSearchString } from '../../lib/location';

/** What is replayed, and where in it one is, as the address keeps them. Anything malformed is dropped. */
export interface ReplayAddress {
  /** The time replayed, ms; null: a storm is still to be chosen. */
  period: { startMs: number; endMs: number } | null;
  /** null: its beginning. */
  momentMs: number | null;
}

export const REPLAY_PARAMS = ['replay', 'moment'] as const;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\dZ$/;

function instant(text: string | undefined): number | null {
  const atMs = text !== undefined && INSTANT.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(atMs) ? null : atMs;
}

export function decodeReplay(search: string): ReplayAddress {
  const params = new URLSearchParams(search);
  const [start, end] = (params.get('replay') ?? '').split(',').map(instant);
  if (start == null || end == null || start >= end) return { period: null, momentMs: null };
  const moment = instant(params.get('moment') ?? undefined);
  return {
    period: { startMs: start, endMs: end },
    momentMs: moment === null || moment < start || moment > end ? null : moment,
  };
}

/** The query string with this replay in it; what else it says stays. */
export function withReplay(search: string, { period, momentMs }: ReplayAddress): string {
  const params = new URLSearchParams(search);
  for (const name of REPLAY_PARAMS) params.delete(name);
  if (period !== null) {
    params.set('replay', `${hourText(period.startMs)},${hourText(period.endMs)}`);
    if (momentMs !== null && momentMs !== period.startMs) params.set('moment', hourText(momentMs));
  }
  const text = params.toString().replaceAll('%2C', ',').replaceAll('%3A', ':');
  return text === '' ? '' : `?${text}`;
}

/** Another replay is a step in the history, another moment of it is not. */
export function useReplayAddress(): [ReplayAddress, (change: Partial<ReplayAddress>) => void] {
  const search = useSearchString();
  const address = useMemo(() => decodeReplay(search), [search]);
  const patch = useCallback((change: Partial<ReplayAddress>) => {
    const { pathname, search: now } = window.location;
    navigate(pathname + withReplay(now, { ...decodeReplay(now), ...change }), { replace: change.period === undefined });
  }, []);
  return [address, patch];
}
