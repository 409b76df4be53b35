/** What is shown, and its form in the address. What a link says wrongly is dropped: the default is shown. */
import { dayCount, isDay, periodBefore, yearBefore } from './days';
import type { Period } from './days';

export const TABS = ['use', 'comparison', 'profile', 'voltage', 'loading'] as const;
export type Tab = (typeof TABS)[number];

export const SCOPE_KINDS = ['ZONE', 'SUBSTATION', 'CIRCUIT', 'TRANSFORMER', 'METER'] as const;
export type ScopeKind = (typeof SCOPE_KINDS)[number];

export const GROUPS = [...SCOPE_KINDS, 'CITY', 'CUSTOMER_CLASS'] as const;
export type Group = (typeof GROUPS)[number];

export const CLASSES = ['RESIDENTIAL', 'COMMERCIAL', 'INDUSTRIAL'] as const;
export type CustomerClass = (typeof CLASSES)[number];

export const BUCKETS = ['HOUR', 'DAY', 'MONTH'] as const;
export type Bucket = (typeof BUCKETS)[number];

export const ORDERS = ['PEAK_LOADING', 'HOURS_OVER_RATING', 'PEAK_HOT_SPOT', 'AGEING'] as const;
export type Order = (typeof ORDERS)[number];

export interface Scope {
  kind: ScopeKind;
  id: string;
}

/** What a period is compared with: the one before it, a year before, or a period of its own. */
export type Base = 'before' | 'year' | Period;

export interface AmiView {
  tab: Tab;
  /** Null: every meter the account may see. */
  scope: Scope | null;
  customerClass: CustomerClass | null;
  /** Null: the newest days with readings. */
  period: Period | null;
  bucket: Bucket;
  base: Base;
  /** Null: the next smaller groups of the scope. */
  by: Group | null;
  order: Order;
}

export const DEFAULT_VIEW: AmiView = {
  tab: 'use',
  scope: null,
  customerClass: null,
  period: null,
  bucket: 'DAY',
  base: 'before',
  by: null,
  order: 'PEAK_LOADING',
};

const ID = /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,119}$/;
const OWN_NAMES = ['tab', 'of', 'class', 'from', 'to', 'bucket', 'base', 'by', 'order'];

function oneOf<T extends string>(allowed: readonly T[], text: string | null): T | null {
  return allowed.find((each) => each === text) ?? null;
}

function decodeScope(text: string | null): Scope | null {
  const cut = text?.indexOf(':') ?? -1;
  if (text === null || cut < 0) return null;
  const kind = oneOf(SCOPE_KINDS, text.slice(0, cut));
  const id = text.slice(cut + 1);
  return kind === null || !ID.test(id) ? null : { kind, id };
}

function decodePeriod(firstDay: string | null | undefined, lastDay: string | null | undefined): Period | null {
  return isDay(firstDay) && isDay(lastDay) && firstDay <= lastDay ? { firstDay, lastDay } : null;
}

function decodeBase(text: string | null): Base {
  if (text === 'year') return text;
  const [firstDay, lastDay] = text?.split(',') ?? [];
  return decodePeriod(firstDay, lastDay) ?? 'before';
}

export function decodeAmiView(search: string): AmiView {
  const params = new URLSearchParams(search);
  return {
    tab: oneOf(TABS, params.get('tab')) ?? DEFAULT_VIEW.tab,
    scope: decodeScope(params.get('of')),
    customerClass: oneOf(CLASSES, params.get('class')),
    period: decodePeriod(params.get('from'), params.get('to')),
    bucket: oneOf(BUCKETS, params.get('bucket')) ?? DEFAULT_VIEW.bucket,
    base: decodeBase(params.get('base')),
    by: oneOf(GROUPS, params.get('by')),
    order: oneOf(ORDERS, params.get('order')) ?? DEFAULT_VIEW.order,
  };
}

/** The query string with this view in it; what else it says stays. */
export function withAmiView(search: string, view: AmiView): string {
  const params = new URLSearchParams(search);
  for (const name of OWN_NAMES) params.delete(name);
  const add = (name: string, value: string | null, unless: string | null = null): void => {
    if (value !== null && value !== unless) params.append(name, value);
  };
  add('tab', view.tab, DEFAULT_VIEW.tab);
  add('of', view.scope === null ? null : `${view.scope.kind}:${view.scope.id}`);
  add('class', view.customerClass);
  add('from', view.period?.firstDay ?? null);
  add('to', view.period?.lastDay ?? null);
  add('bucket', view.bucket, DEFAULT_VIEW.bucket);
  add('base', typeof view.base === 'string' ? view.base : `${view.base.firstDay},${view.base.lastDay}`, 'before');
  add('by', view.by);
  add('order', view.order, DEFAULT_VIEW.order);
  // Commas and colons are legal in a query; leaving them bare keeps links readable.
  const text = params.toString().replaceAll('%2C', ',').replaceAll('%3A', ':');
  return text === '' ? '' : `?${text}`;
}

/** The days a period is compared with. */
export function basePeriod(base: Base, period: Period): Period {
  if (base === 'before') return periodBefore(period);
  return base === 'year' ? yearBefore(period) : base;
}

/** Whether both begin on the same day of the week, so that working days meet working days. */
export function beginsOnSameWeekday(a: Period, b: Period): boolean {
  return (dayCount({ firstDay: a.firstDay, lastDay: b.firstDay }) - 1) % 7 === 0;
}
