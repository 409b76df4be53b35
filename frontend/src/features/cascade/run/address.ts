import { useCallback, useMemo } from 'react';

import { navigate, useSearchString } from '../../../lib/location';

/** The parts of a run, in the order of their tabs. */
export const RUN_PARTS = [
  { key: 'overview', label: 'Overview' },
  { key: 'waves', label: 'Waves' },
  { key: 'flow', label: 'Flow' },
  { key: 'elements', label: 'Elements' },
  { key: 'regions', label: 'Regions' },
  { key: 'economics', label: 'Economics' },
  { key: 'customers', label: 'Customers' },
  { key: 'explanation', label: 'Explanation' },
] as const;

export type RunPartKey = (typeof RUN_PARTS)[number]['key'];

export interface RunAddress {
  part: RunPartKey;
  /** Only the wave shown stands out on the map. */
  isFocused: boolean;
  /** Whether the map shows what led to what. */
  hasPaths: boolean;
}

export function decodeRunAddress(search: string): RunAddress {
  const params = new URLSearchParams(search);
  return {
    part: RUN_PARTS.find(({ key }) => key === params.get('part'))?.key ?? 'overview',
    isFocused: params.get('focus') === '1',
    hasPaths: params.get('paths') !== '0',
  };
}

/** The query string with this in it; what else it says stays. */
export function withRunAddress(search: string, { part, isFocused, hasPaths }: RunAddress): string {
  const params = new URLSearchParams(search);
  const put = (name: string, value: string | null): void => {
    if (value === null) params.delete(name);
    else params.set(name, value);
  };
  put('part', part === 'overview' ? null : part);
  put('focus', isFocused ? '1' : null);
  put('paths', hasPaths ? null : '0');
  const text = params.toString().replaceAll('%2C', ',').replaceAll('%3A', ':');
  return text === '' ? '' : `?${text}`;
}

/** Which part of a run is open, and how the map shows it: kept in the address. */
export function useRunAddress(): [RunAddress, (change: Partial<RunAddress>) => void] {
  const search = useSearchString();
  const address = useMemo(() => decodeRunAddress(search), [search]);
  const patch = useCallback((change: Partial<RunAddress>) => {
    const { pathname, search: now } = window.location;
    navigate(pathname + withRunAddress(now, { ...decodeRunAddress(now), ...change }), { replace: true });
  }, []);
  return [address, patch];
}
