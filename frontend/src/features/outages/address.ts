import { useCallback, useMemo } from 'react';

import { navigate, useSearchString } from '../../lib/location';

import type { OutageListVariables } from './queries';
import { ACTIVE_STATUSES } from './steps';

/** What the workspace shows beside the map's view, as the address keeps it. Anything malformed is dropped. */
export const TABS = ['outages', 'orders', 'reliability', 'replay', 'asset'] as const;
export const SHOWN = ['active', 'restored', 'all'] as const;
export const PLANNED = ['all', 'unplanned', 'planned'] as const;
export const SORT_FIELDS = ['customersOut', 'startedAt', 'estimatedRestorationAt', 'status'] as const;

export type OutageTab = (typeof TABS)[number];
export type SortField = (typeof SORT_FIELDS)[number];

export interface OutageAddress {
  tab: OutageTab;
  show: (typeof SHOWN)[number];
  planned: (typeof PLANNED)[number];
  status: string | null;
  cause: string | null;
  circuit: string | null;
  sort: SortField;
  isDescending: boolean;
  /** First and last local day of the reliability shown, `2026-01-31`; null: the default period. */
  from: string | null;
  to: string | null;
}

export const DEFAULT_ADDRESS: OutageAddress = {
  tab: 'outages',
  show: 'active',
  planned: 'all',
  status: null,
  cause: null,
  circuit: null,
  sort: 'customersOut',
  isDescending: true,
  from: null,
  to: null,
};

/** The value of the filter for causes not known yet. */
export const NO_CAUSE = 'NONE';
const CODE = /^[A-Z_]{2,40}$/;
const PART_OF_KEY = /^[A-Za-z0-9_.:-]{1,120}$/;
const DAY = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;

function oneOf<T extends string>(text: string | null, allowed: readonly T[], otherwise: T): T {
  return allowed.find((each) => each === text) ?? otherwise;
}

function matching(text: string | null, pattern: RegExp): string | null {
  return text !== null && pattern.test(text) ? text : null;
}

export function isDay(text: string): boolean {
  // February has no 30th: the date must come out as it went in.
  return DAY.test(text) && new Date(`${text}T00:00:00Z`).toISOString().startsWith(text);
}

export function decodeAddress(search: string): OutageAddress {
  const params = new URLSearchParams(search);
  const sort = params.get('sort');
  const field = oneOf(sort?.replace(/^-/, '') ?? null, SORT_FIELDS, DEFAULT_ADDRESS.sort);
  const day = (name: string): string | null => {
    const text = params.get(name);
    return text !== null && isDay(text) ? text : null;
  };
  return {
    tab: oneOf(params.get('tab'), TABS, DEFAULT_ADDRESS.tab),
    show: oneOf(params.get('show'), SHOWN, DEFAULT_ADDRESS.show),
    planned: oneOf(params.get('planned'), PLANNED, DEFAULT_ADDRESS.planned),
    status: matching(params.get('status'), CODE),
    cause: matching(params.get('cause'), CODE),
    circuit: matching(params.get('circuit'), PART_OF_KEY),
    sort: field,
    isDescending: sort === null ? DEFAULT_ADDRESS.isDescending : sort.startsWith('-'),
    from: day('from'),
    to: day('to'),
  };
}

/** The query string with this in it; what else it says stays. */
export function withAddress(search: string, address: OutageAddress): string {
  const params = new URLSearchParams(search);
  const put = (name: string, value: string | null, usual: string | null = null): void => {
    if (value === null || value === usual) params.delete(name);
    else params.set(name, value);
  };
  put('tab', address.tab, DEFAULT_ADDRESS.tab);
  put('show', address.show, DEFAULT_ADDRESS.show);
  put('planned', address.planned, DEFAULT_ADDRESS.planned);
  put('status', address.status);
  put('cause', address.cause);
  put('circuit', address.circuit);
  put('sort', `${address.isDescending ? '-' : ''}${address.sort}`, '-customersOut');
  put('from', address.from);
  put('to', address.to);
  const text = params.toString().replaceAll('%2C', ',').replaceAll('%3A', ':');
  return text === '' ? '' : `?${text}`;
}

/** Change what the workspace shows, without a step in the history. */
export function patchAddress(change: Partial<OutageAddress>, options: { replace: boolean } = { replace: true }): void {
  const { pathname, search } = window.location;
  navigate(pathname + withAddress(search, { ...decodeAddress(search), ...change }), options);
}

export function useOutageAddress(): [OutageAddress, (change: Partial<OutageAddress>) => void] {
  const search = useSearchString();
  const address = useMemo(() => decodeAddress(search), [search]);
  // Going to another tab is a step in the history, filtering is not.
  const patch = useCallback((change: Partial<OutageAddress>) => patchAddress(change, { replace: change.tab === undefined }), []);
  return [address, patch];
}

type Filters = NonNullable<OutageListVariables['filters']>;

const STATUSES: Readonly<Record<OutageAddress['show'], readonly string[] | null>> = {
  active: ACTIVE_STATUSES,
  restored: ['RESTORED'],
  all: null,
};

/** The filters and the order of the list, as the server takes them. */
export function listVariables(address: OutageAddress): Pick<OutageListVariables, 'filters' | 'ordering'> {
  const filters: Filters = {};
  const statuses = STATUSES[address.show];
  if (address.status !== null && (statuses === null || statuses.includes(address.status))) {
    filters.status = { exact: address.status };
  } else if (statuses !== null) filters.status = { inList: [...statuses] };
  if (address.planned !== 'all') filters.isPlanned = { exact: address.planned === 'planned' };
  if (address.cause === NO_CAUSE) filters.causeCode = { isNull: true };
  else if (address.cause !== null) filters.causeCode = { exact: address.cause };
  if (address.circuit !== null) filters.circuitId = { iContains: address.circuit };
  const direction = address.isDescending ? ('DESC_NULLS_LAST' as const) : ('ASC_NULLS_LAST' as const);
  const sorted = {
    customersOut: { customersOut: direction },
    startedAt: { startedAt: direction },
    estimatedRestorationAt: { estimatedRestorationAt: direction },
    status: { status: direction },
  };
  const ordering: OutageListVariables['ordering'] = [sorted[address.sort]];
  if (address.sort !== 'startedAt') ordering.push({ startedAt: 'DESC' });
  return { filters, ordering };
}
