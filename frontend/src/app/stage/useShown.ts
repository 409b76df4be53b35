import { useTheme } from '@mui/material/styles';
import { useMemo } from 'react';

import { byHeight, cellSpec, filtersInForce, filterStates, hasFilter, isCountedFromAfar, isDrawnOfTiles, tileSpec } from '../../features/layers';
import type { DrawStyle, LayerStates, MapLayers } from '../../features/layers';
import { opacityOf } from '../../lib/layerDisplay';
import type { LayerDisplay } from '../../lib/layerDisplay';
import type { TileLayerSpec } from '../../lib/tiles/spec';

/** What is drawn of the layers: the rows that the filters leave, and the layers that come as tiles. */
export function useShown(
  layers: MapLayers,
  display: LayerDisplay,
  legends: DrawStyle['legends'],
): { shown: LayerStates; tiles: TileLayerSpec[] } {
  const { states, sources, visible } = layers;
  const scheme = useTheme().palette.mode;
  const { filters, opacity } = display;
  const shown = useMemo(() => filterStates(states, filters, legends), [states, filters, legends]);
  const tiles = useMemo(() => {
    // From afar cells stand for rows. They count everything, so none are shown while some rows are filtered out.
    const inForce = filtersInForce(filters);
    const counted = sources
      .filter((source) => isCountedFromAfar(source) && visible.has(source.key) && !hasFilter(source.key, inForce))
      .map((source) => cellSpec(source, { opacity: opacityOf({ opacity }, source.key), scheme }));
    return [
      ...counted,
      ...sources
        .filter((source) => isDrawnOfTiles(source) && visible.has(source.key))
        .sort(byHeight)
        .map((source) =>
          tileSpec(source, { opacity: opacityOf({ opacity }, source.key), filters: inForce, scheme }),
        ),
    ];
  }, [sources, visible, filters, opacity, scheme],
  );
  return { shown, tiles };
}
