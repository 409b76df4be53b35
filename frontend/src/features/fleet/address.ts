/** What the fleet page shows, and how its address says it. Anything malformed in a link is dropped. */
import { BANDS, CLASSES } from './bands';
import type { AssetClass, Band } from './bands';
import type { HealthFilter, HealthOrdering } from './queries';

export const VIEWS = ['health', 'maintenance', 'tomorrow'] as const;
export type View = (typeof VIEWS)[number];

export const SORTS = ['healthIndex', 'failuresPerYear', 'confidenceFrac', 'assetId'] as const;
export type Sort = (typeof SORTS)[number];

export interface FleetView {
  view: View;
  assetClass: AssetClass | null;
  band: Band | null;
  /** Key of a circuit or substation. */
  within: string | null;
  /** Part of an asset's id. */
  text: string;
  sort: Sort;
  isDescending: boolean;
}

/** The worst first. */
export const DEFAULT_FLEET: FleetView = {
  view: 'health',
  assetClass: null,
  band: null,
  within: null,
  text: '',
  sort: 'healthIndex',
  isDescending: false,
};

const SCOPE_ID = /^(CKT|SUB)-[A-Za-z0-9_.:-]{1,120}$/;
const MOST_TEXT = 80;

export function decodeFleet(search: string): FleetView {
  const params = new URLSearchParams(search);
  const within = params.get('in');
  return {
    view: VIEWS.find((view) => view === params.get('view')) ?? DEFAULT_FLEET.view,
    assetClass: CLASSES.find((each) => each === params.get('class')) ?? null,
    band: BANDS.find((band) => band === params.get('band')) ?? null,
    within: within !== null && SCOPE_ID.test(within) ? within : null,
    text: (params.get('q') ?? '').slice(0, MOST_TEXT),
    sort: SORTS.find((sort) => sort === params.get('sort')) ?? DEFAULT_FLEET.sort,
    isDescending: params.get('dir') === 'desc',
  };
}

export function encodeFleet(fleet: FleetView): string {
  const params = new URLSearchParams();
  if (fleet.view !== DEFAULT_FLEET.view) params.set('view', fleet.view);
  if (fleet.assetClass !== null) params.set('class', fleet.assetClass);
  if (fleet.band !== null) params.set('band', fleet.band);
  if (fleet.within !== null) params.set('in', fleet.within);
  if (fleet.text !== '') params.set('q', fleet.text);
  if (fleet.sort !== DEFAULT_FLEET.sort) params.set('sort', fleet.sort);
  if (fleet.isDescending) params.set('dir', 'desc');
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}

/** A circuit's assets and itself; a substation's, its circuits among them, and itself. */
function scopeFilter(within: string): HealthFilter {
  return within.startsWith('CKT-') ? { onCircuitId: { exact: within } } : { inSubstationId: { exact: within } };
}

export function healthFilter(fleet: Pick<FleetView, 'assetClass' | 'band' | 'within' | 'text'>): HealthFilter {
  return {
    ...(fleet.assetClass === null ? {} : { assetKind: { exact: fleet.assetClass } }),
    ...(fleet.band === null ? {} : { band: fleet.band === 'NONE' ? { isNull: true } : { exact: fleet.band } }),
    ...(fleet.within === null ? {} : scopeFilter(fleet.within)),
    ...(fleet.text.trim() === '' ? {} : { assetId: { iContains: fleet.text.trim() } }),
  };
}

/** What is not known comes last, whichever way; the id makes the order one and the same every time. */
export function healthOrdering({ sort, isDescending }: Pick<FleetView, 'sort' | 'isDescending'>): HealthOrdering {
  const way = isDescending ? 'DESC_NULLS_LAST' : 'ASC_NULLS_LAST';
  switch (sort) {
    case 'assetId':
      return [{ assetId: way }];
    case 'healthIndex':
      return [{ healthIndex: way }, { assetId: 'ASC' }];
    case 'failuresPerYear':
      return [{ failuresPerYear: way }, { assetId: 'ASC' }];
    case 'confidenceFrac':
      return [{ confidenceFrac: way }, { assetId: 'ASC' }];
  }
}
