import { useMemo } from 'react';
import { useQuery } from 'urql';

import type { Bounds } from '../../lib/boundsGrid';
import { problemOf } from '../../lib/graphql/errors';

import { heatArea, resolutionAt } from './cells';
import { HeatmapQuery, HeatMeasuresQuery } from './queries';
import type { Heatmap, HeatMeasure } from './queries';

/** More would be smaller than one can tell apart. */
const MOST_CELLS = 4_000;

export interface Heat {
  /** The last that came, kept while the next is on its way. */
  heatmap: Heatmap | null;
  resolution: number;
  isLoading: boolean;
  problem: string | null;
  retry: () => void;
}

/** The measures a heatmap may show; null while they are unknown. */
export function useHeatMeasures(): { measures: readonly HeatMeasure[] | null; problem: string | null } {
  const [{ data, error }] = useQuery({ query: HeatMeasuresQuery });
  return { measures: data?.heatmapMeasures ?? null, problem: error === undefined ? null : problemOf(error).message };
}

/** A measure on the cells in view, finer the closer one looks. */
export function useHeat(measure: HeatMeasure['key'] | null, view: { zoom: number; bounds: Bounds } | null): Heat {
  const resolution = resolutionAt(view?.zoom ?? 0);
  const area = view === null ? null : heatArea(view, resolution);
  const areaText = JSON.stringify(area);
  const variables = useMemo(
    () => ({ measure: measure ?? ('LOADING' as const), resolution, area: JSON.parse(areaText) as { bbox: number[] } | null, limit: MOST_CELLS }),
    [measure, resolution, areaText],
  );
  const [{ data, fetching, error }, refetch] = useQuery({ query: HeatmapQuery, variables, pause: measure === null || view === null });
  const newest = data?.heatmap ?? null;
  const heatmap = newest !== null && newest.measure.key === measure ? newest : null;
  const problem = error === undefined || fetching ? null : problemOf(error).message;
  return useMemo(
    () => ({ heatmap, resolution, isLoading: fetching, problem, retry: () => refetch({ requestPolicy: 'network-only' }) }),
    [heatmap, resolution, fetching, problem, refetch],
  );
}
