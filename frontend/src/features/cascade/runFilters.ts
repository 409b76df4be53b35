import type { VariablesOf } from '../../gql/graphql';

import type { CascadeRunsQuery } from './queries';

export type RunOrder = 'newest' | 'lost' | 'tripped';

export interface Filters {
  name: string;
  /** As typed; what is no number asks for nothing. */
  leastMw: string;
  leastTrips: string;
  order: RunOrder;
}

export const NO_FILTERS: Filters = { name: '', leastMw: '', leastTrips: '', order: 'newest' };

type Variables = VariablesOf<typeof CascadeRunsQuery>;

/** The filter of the server; null: none. */
export function filtersOf({ name, leastMw, leastTrips }: Filters): NonNullable<Variables['filters']> | null {
  const mw = leastOf(leastMw);
  const trips = leastOf(leastTrips);
  const asked = {
    ...(name.trim() !== '' && { name: { iContains: name.trim() } }),
    ...(mw !== null && { totalShedMw: { gte: mw } }),
    ...(trips !== null && { trippedCount: { gte: Math.ceil(trips) } }),
  };
  return Object.keys(asked).length === 0 ? null : asked;
}

function leastOf(text: string): number | null {
  const value = Number(text.trim());
  return text.trim() !== '' && Number.isFinite(value) && value > 0 ? value : null;
}

export function orderingOf({ order }: Filters): NonNullable<Variables['ordering']> {
  if (order === 'lost') return [{ totalShedMw: 'DESC_NULLS_LAST' }];
  return order === 'tripped' ? [{ trippedCount: 'DESC_NULLS_LAST' }] : [{ createdAt: 'DESC' }];
}
