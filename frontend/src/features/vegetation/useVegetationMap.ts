import type { Layer } from '@deck.gl/core';
import { useMemo } from 'react';
import { useQuery } from 'urql';

import type { Bounds } from '../../lib/boundsGrid';
import { formatNumber, plural } from '../../lib/format';
import { problemOf } from '../../lib/graphql/errors';

import type { VegetationAddress } from './address';
import { roundedBounds } from './area';
import { resolutionAt } from './heat';
import { clusterLayers, heatLayers, selectedTreeLayers, spanLayers, treeLayers } from './layers';
import type { LayerStyle, TreeMarks } from './layers';
import { ClustersQuery, HeatmapQuery } from './patternQueries';
import { SpansQuery, TreeQuery } from './queries';
import { useTreeMarks } from './useTreeMarks';

export interface VegetationMap {
  above: readonly Layer[];
  below: readonly Layer[];
  isPending: boolean;
  marks: TreeMarks;
  /** What is drawn, in words. */
  summary: string;
  problem: string | null;
  /** The highest value of a cell of the heat map. */
  highest: number | null;
}

/** What the workspace draws on the map, in the part that one sees once it rests. */
export function useVegetationMap(address: VegetationAddress, settled: Bounds | null, style: LayerStyle): VegetationMap {
  const { overlay, level, circuit, measure } = address;
  const { zoom, placement } = style;
  const area = useMemo(() => (settled === null ? null : { bbox: roundedBounds(settled) }), [settled]);
  const isDrawn = (kind: VegetationAddress['overlay']): boolean => overlay === kind && area !== null;

  const filters: NonNullable<Parameters<typeof useTreeMarks>[0]>['filters'] = { nearestLineId: { isNull: false } };
  if (level !== null) filters.level = { exact: level };
  if (circuit !== null) filters.circuitId = { exact: circuit };
  const marked = useTreeMarks(isDrawn('trees') && area !== null ? { area, filters } : null);

  const asked = { bbox: area?.bbox ?? [] };
  const [clusters] = useQuery({ query: ClustersQuery, variables: { area: asked }, pause: !isDrawn('clusters') });
  const resolution = resolutionAt(zoom);
  const [heat] = useQuery({ query: HeatmapQuery, variables: { area: asked, resolution, measure }, pause: !isDrawn('heat') });
  const hulls = isDrawn('clusters') ? clusters.data?.vegetationClusters : undefined;
  const cells = isDrawn('heat') ? heat.data?.vegetationHeatmap : undefined;

  const tree = useTree(address.tree);
  const span = useRoute(address.span);
  const growIn = useRoute(tree?.growInLineId ?? null);
  const fallIn = useRoute(tree?.fallInLineId ?? null);

  const above = useMemo(() => {
    const drawn = { zoom, placement };
    return [
      ...treeLayers(marked.marks, drawn),
      ...clusterLayers(hulls ?? [], drawn),
      ...(tree === null ? [] : selectedTreeLayers(tree, { growIn, fallIn }, drawn)),
    ];
  }, [marked.marks, hulls, tree, growIn, fallIn, zoom, placement]);
  const below = useMemo(() => {
    const drawn = { zoom, placement };
    return [...heatLayers(cells ?? [], drawn), ...spanLayers(span, drawn)];
  }, [cells, span, zoom, placement]);

  const failure = overlay === 'clusters' ? clusters.error : overlay === 'heat' ? heat.error : undefined;
  const isFetching = (overlay === 'clusters' && clusters.fetching) || (overlay === 'heat' && heat.fetching);
  return {
    above,
    below,
    isPending: marked.isPending || isFetching,
    marks: marked.marks,
    summary: summaryOf(overlay, marked.marks.ids.length, marked.totalCount, hulls?.length, cells?.length),
    problem: marked.problem ?? (failure === undefined || isFetching ? null : problemOf(failure).message),
    highest: cells === undefined ? null : cells.reduce((most, { value }) => Math.max(most, value), 0),
  };
}

function summaryOf(overlay: VegetationAddress['overlay'], drawn: number, total: number, clusters = 0, cells = 0): string {
  switch (overlay) {
    case 'trees':
      return drawn < total ? `${formatNumber(drawn)} of ${formatNumber(total)} trees, the costliest: zoom in for all` : plural(total, 'tree');
    case 'clusters':
      return `${plural(clusters, 'cluster')} of 5 trees and more within 50 m`;
    case 'heat':
      return plural(cells, 'cell');
    case 'none':
      return '';
  }
}

function useTree(assetId: string | null) {
  const [{ data }] = useQuery({ query: TreeQuery, variables: { assetId: assetId ?? '' }, pause: assetId === null });
  // While another is loaded the data are still those of the one before.
  const tree = data?.treeRisk;
  return assetId !== null && tree?.assetId === assetId ? tree : null;
}

function useRoute(lineId: string | null): unknown {
  const [{ data }] = useQuery({
    query: SpansQuery,
    variables: { area: null, circuitId: null, levels: null, lineId, first: 1 },
    pause: lineId === null,
  });
  const span = data?.spansAtRisk[0];
  return lineId !== null && span?.lineId === lineId ? span.route : null;
}
