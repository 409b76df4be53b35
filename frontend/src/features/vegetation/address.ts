import { useCallback, useMemo } from 'react';

import { navigate, useSearchString } from '../../lib/location';

import { LEVELS } from './levels';
import type { Level } from './levels';

/** What the workspace shows beside the map's view, as the address keeps it. Anything malformed is dropped. */
export const TABS = ['spans', 'trees', 'work', 'growth', 'cycle', 'asset'] as const;
export const OVERLAYS = ['trees', 'clusters', 'heat', 'none'] as const;
export const MEASURES = ['CUSTOMER_MINUTES', 'ENCROACHING_TREES', 'URGENT_TREES', 'TREES'] as const;
export const GROUPINGS = ['CIRCUIT', 'SPECIES', 'LINE_CLASS'] as const;
export const WORK = ['waiting', 'ordered', 'all'] as const;

export type VegetationTab = (typeof TABS)[number];
export type OverlayKind = (typeof OVERLAYS)[number];
export type Measure = (typeof MEASURES)[number];
export type Grouping = (typeof GROUPINGS)[number];

export interface VegetationAddress {
  tab: VegetationTab;
  circuit: string | null;
  level: Level | null;
  /** Only what is in the part of the map that one sees. */
  isInView: boolean;
  span: string | null;
  tree: string | null;
  overlay: OverlayKind;
  measure: Measure;
  grouping: Grouping;
  work: (typeof WORK)[number];
  /** Cycles that are compared, years. */
  cycles: readonly number[];
  /** What a visit leaves free beyond the clearance, m. */
  roomM: number;
  /** Not known where null. */
  faultsPerContactYear: number | null;
  usdPerCrewH: number | null;
  usdPerCustomerMinute: number | null;
}

export const DEFAULT_ADDRESS: VegetationAddress = {
  tab: 'spans',
  circuit: null,
  level: null,
  isInView: false,
  span: null,
  tree: null,
  overlay: 'trees',
  measure: 'CUSTOMER_MINUTES',
  grouping: 'CIRCUIT',
  work: 'all',
  cycles: [2, 3, 4, 5, 6, 7],
  roomM: 1.5,
  faultsPerContactYear: null,
  usdPerCrewH: null,
  usdPerCustomerMinute: null,
};

const KEY = /^[A-Za-z0-9_.:-]{1,120}$/;
const MOST_CYCLES = 12;

export function isCycle(years: number): boolean {
  return years >= 0.5 && years <= 30;
}

function oneOf<T extends string>(text: string | null, allowed: readonly T[], otherwise: T): T {
  return allowed.find((each) => each === text) ?? otherwise;
}

function keyOf(text: string | null): string | null {
  return text !== null && KEY.test(text) ? text : null;
}

function numberOf(text: string | null, most: number): number | null {
  if (text === null || text.trim() === '') return null;
  const value = Number(text);
  return value >= 0 && value <= most ? value : null;
}

/** Cycles as they are typed, `2, 4.5, 6`: in order, each once; null if one is none. */
export function readCycles(text: string): number[] | null {
  const parts = text.split(/[\s,;]+/).filter((part) => part !== '');
  const years = [...new Set(parts.map(Number))].sort((one, other) => one - other);
  return years.length > 0 && years.length <= MOST_CYCLES && years.every(isCycle) ? years : null;
}

export function decodeAddress(search: string): VegetationAddress {
  const params = new URLSearchParams(search);
  const usual = DEFAULT_ADDRESS;
  return {
    tab: oneOf(params.get('tab'), TABS, usual.tab),
    circuit: keyOf(params.get('circuit')),
    level: LEVELS.find((level) => level === params.get('level')) ?? null,
    isInView: params.get('in') === 'view',
    span: keyOf(params.get('span')),
    tree: keyOf(params.get('tree')),
    overlay: oneOf(params.get('draw'), OVERLAYS, usual.overlay),
    measure: oneOf(params.get('measure'), MEASURES, usual.measure),
    grouping: oneOf(params.get('by'), GROUPINGS, usual.grouping),
    work: oneOf(params.get('work'), WORK, usual.work),
    cycles: readCycles(params.get('cycles') ?? '') ?? usual.cycles,
    roomM: numberOf(params.get('room'), 10) ?? usual.roomM,
    faultsPerContactYear: numberOf(params.get('faults'), 1e3),
    usdPerCrewH: numberOf(params.get('crewUsd'), 1e6),
    usdPerCustomerMinute: numberOf(params.get('minuteUsd'), 1e6),
  };
}

/** The query string with this in it; what else it says stays. */
export function withAddress(search: string, address: VegetationAddress): string {
  const params = new URLSearchParams(search);
  const usual = DEFAULT_ADDRESS;
  const put = (name: string, value: string | number | null, without: string | number | null = null): void => {
    if (value === null || value === without) params.delete(name);
    else params.set(name, String(value));
  };
  put('tab', address.tab, usual.tab);
  put('circuit', address.circuit);
  put('level', address.level);
  put('in', address.isInView ? 'view' : null);
  put('span', address.span);
  put('tree', address.tree);
  put('draw', address.overlay, usual.overlay);
  put('measure', address.measure, usual.measure);
  put('by', address.grouping, usual.grouping);
  put('work', address.work, usual.work);
  put('cycles', address.cycles.join(','), usual.cycles.join(','));
  put('room', address.roomM, usual.roomM);
  put('faults', address.faultsPerContactYear);
  put('crewUsd', address.usdPerCrewH);
  put('minuteUsd', address.usdPerCustomerMinute);
  const text = params.toString().replaceAll('%2C', ',').replaceAll('%3A', ':');
  return text === '' ? '' : `?${text}`;
}

/** Change what the workspace shows. */
export function patchAddress(change: Partial<VegetationAddress>, options: { replace: boolean } = { replace: true }): void {
  const { pathname, search } = window.location;
  navigate(pathname + withAddress(search, { ...decodeAddress(search), ...change }), options);
}

export type PatchAddress = (change: Partial<VegetationAddress>) => void;

export function useVegetationAddress(): [VegetationAddress, PatchAddress] {
  const search = useSearchString();
  const address = useMemo(() => decodeAddress(search), [search]);
  // Choosing a tab, a span or a tree is a step in the history, filtering is not.
  const patch = useCallback((change: Partial<VegetationAddress>) => {
    const isChoice = change.tab !== undefined || change.span !== undefined || change.tree !== undefined;
    patchAddress(change, { replace: !isChoice });
  }, []);
  return [address, patch];
}
