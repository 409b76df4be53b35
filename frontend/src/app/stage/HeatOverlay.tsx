import { useTheme } from '@mui/material/styles';
import { useCallback, useMemo, useState } from 'react';

import { CellCard, cellAt, HeatBar, heatLayers, heatScale, useHeat, useHeatMeasures } from '../../features/heat';
import type { HeatCell } from '../../features/heat';
import { formatNumber, formatQuantity } from '../../lib/format';
import { useUnits } from '../../lib/preferences';

import { useOverlay, useStage } from './context';
import type { Overlay } from './overlays';

/** Lays the heatmap of the address upon the map. */
export function HeatOverlay({ measure: asked, isTowers }: { measure: string; isTowers: boolean }) {
  const { view, patchView, area, style, select, flyTo, goTo } = useStage();
  const scheme = useTheme().palette.mode;
  const units = useUnits();
  const [cell, setCell] = useState<HeatCell | null>(null);
  const { measures } = useHeatMeasures();
  const measure = measures?.find(({ key }) => key === asked)?.key ?? null;
  const heat = useHeat(measure, area);
  const { heatmap, resolution } = heat;
  const scale = useMemo(
    () => (heatmap === null ? null : heatScale(heatmap.measure.key, heatmap.measure.unit, heatmap.cells.map((each) => each.value), scheme)),
    [heatmap, scheme],
  );
  const show = useCallback(
    (next: { measure: string; isTowers: boolean } | null) => patchView({ display: { ...view.display, heat: next } }),
    [patchView, view.display],
  );
  const lat = area === null ? 0 : (area.bounds[1] + area.bounds[3]) / 2;
  const zoom = area?.zoom ?? 0;

  useOverlay(
    'heat',
    useMemo((): Overlay => {
      const cells = heatmap?.cells ?? [];
      const layers =
        heatmap === null || scale === null
          ? []
          : heatLayers(cells, scale, cell?.cell ?? null, { zoom, lat, isTowers, placement: style.placement, maximum: heatmap.maximum });
      return {
        [isTowers ? 'above' : 'below']: layers,
        isPending: heat.isLoading || (heatmap === null && heat.problem === null && measures === null),
        describe: (at) => {
          const found = cellAt(cells, at.lng, at.lat);
          if (found === null || heatmap === null) return null;
          return {
            title: formatQuantity(found.value, heatmap.measure.unit),
            kind: heatmap.measure.title,
            facts: [{ label: 'Known of', value: `${formatNumber(found.knownCount)} of ${formatNumber(found.rowCount)}` }],
          };
        },
        onPlace: (at) => {
          const found = cellAt(cells, at.lng, at.lat);
          setCell(found);
          return found !== null;
        },
        bottom: (
          <HeatBar
            heat={heat}
            scale={scale}
            isTowers={isTowers}
            onTowers={(next) => show({ measure: asked, isTowers: next })}
            onClose={() => show(null)}
          />
        ),
        card:
          cell === null || heatmap === null ? undefined : (
            <CellCard
              key={cell.cell}
              cell={cell}
              measure={heatmap.measure}
              resolution={resolution}
              units={units}
              onSelect={(assetId, at) => {
                select(assetId);
                flyTo(assetId, at);
              }}
              onCenter={() => goTo(cell, zoom)}
              onZoom={() => goTo(cell, zoom + 2)}
              onClose={() => setCell(null)}
            />
          ),
      };
    }, [heat, heatmap, measures, scale, cell, zoom, lat, isTowers, style.placement, resolution, units, asked, show, select, flyTo, goTo]),
  );
  return null;
}
