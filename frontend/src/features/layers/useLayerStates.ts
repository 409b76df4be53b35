import { useCallback, useEffect, useMemo, useState } from 'react';
import { useQuery } from 'urql';

import type { Bounds } from '../../lib/boundsGrid';
import type { LayerKey } from '../../lib/columns/layers';
import { requestColumns } from '../../lib/columns/request';
import { problemOf } from '../../lib/graphql/errors';
import type { Problem } from '../../lib/graphql/errors';
import { useStore } from '../../lib/store';

import { LayerLoader } from './loader';
import type { LayerStates } from './loader';
import { defaultLayers, planRequests } from './plan';
import { MapLayersQuery } from './queries';
import type { MapLayerInfo } from './queries';

/** A burst of pans and zooms asks the server once. */
const DEBOUNCE_MS = 200;

export interface MapLayers {
  sources: readonly MapLayerInfo[];
  visible: ReadonlySet<string>;
  states: LayerStates;
  /** Whether the server's list of layers has come; it may be empty. */
  isListed: boolean;
  isLoading: boolean;
  problem: Problem | null;
  retryLayer: (key: LayerKey) => void;
  refreshLayer: (key: LayerKey) => void;
  /** Values of a layer's rows changed where they are. */
  touchLayer: (key: LayerKey) => void;
  /** Ask for the list of layers anew; of those with another version what is drawn is then loaded anew. */
  retryList: () => void;
}

const NO_SOURCES: readonly MapLayerInfo[] = [];

/** The layers the server offers and the data of those visible in this view. */
export function useLayerStates(
  layerKeys: readonly string[] | null,
  view: { zoom: number; bounds: Bounds } | null,
): MapLayers {
  const [{ data, error, fetching }, refetch] = useQuery({ query: MapLayersQuery });
  const [loader] = useState(() => new LayerLoader(requestColumns));
  const states = useStore(loader.states);
  const sources = data?.mapLayers ?? NO_SOURCES;
  const visible = useMemo(() => new Set(layerKeys ?? defaultLayers(sources)), [layerKeys, sources]);
  const plan = useMemo(
    () => (view === null ? [] : planRequests(sources, visible, view)),
    [sources, visible, view],
  );
  const [settledPlan, setSettledPlan] = useState(plan);
  const hasBegun = settledPlan.length > 0;

  useEffect(() => {
    const settle = (): void => {
      loader.update(plan);
      setSettledPlan(plan);
    };
    const timer = setTimeout(settle, hasBegun ? DEBOUNCE_MS : 0);
    return () => clearTimeout(timer);
  }, [loader, plan, hasBegun]);
  useEffect(() => () => loader.stop(), [loader]);

  const isLoading =
    (data?.mapLayers === undefined && error === undefined) ||
    settledPlan !== plan ||
    plan.some(({ key }) => states[key]?.phase === 'loading');
  const isListed = data?.mapLayers !== undefined;
  const retryList = useCallback(() => refetch({ requestPolicy: 'network-only' }), [refetch]);
  const listError = !isListed && !fetching ? error : undefined;
  return useMemo(
    () => ({
      sources,
      visible,
      states,
      isListed,
      isLoading,
      problem: listError === undefined ? null : problemOf(listError),
      retryLayer: loader.retry,
      refreshLayer: loader.refresh,
      touchLayer: loader.touch,
      retryList,
    }),
    [sources, visible, states, isListed, isLoading, listError, loader, retryList],
  );
}
