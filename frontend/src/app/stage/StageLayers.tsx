import { LayerPanel } from '../../features/layers';
import type { LayerStates, MapLayers } from '../../features/layers';
import { tileLoader } from '../../features/map';
import type { LayerDisplay } from '../../lib/layerDisplay';
import type { LegendItem } from '../../lib/legendItem';
import { useStore } from '../../lib/store';

import { AnalysisControls } from './AnalysisControls';
import { useStage } from './context';

interface Props {
  layers: MapLayers;
  shown: LayerStates;
  zoom: number;
  lineLegend: LegendItem[] | null;
  onRefreshTiles: (key: string) => void;
  /** Zoom the map in or out to here. */
  onZoomTo: (zoom: number) => void;
  isNarrow: boolean;
}

/** The field is made of the stations: who may see the one may see the other. */
export function maySeeWeather({ sources }: MapLayers): boolean {
  return sources.some(({ key }) => key === 'weather_stations');
}

/** The layer panel over what the map shows. */
export function StageLayers({ layers, shown, zoom, lineLegend, onRefreshTiles, onZoomTo, isNarrow }: Props) {
  const { view, patchView, site } = useStage();
  const tiles = useStore(tileLoader.statuses);
  const { display } = view;
  const onDisplay = (change: Partial<LayerDisplay>): void => patchView({ display: { ...display, ...change } });
  const laidOn = [display.heat !== null, display.weather !== null, display.hasFlow, display.isTilted];
  return (
    <LayerPanel
      layers={layers}
      shown={shown}
      tiles={tiles}
      zoom={zoom}
      colour={view.colour}
      lineLegend={lineLegend}
      display={display}
      onDisplay={onDisplay}
      onRefreshTiles={onRefreshTiles}
      onZoomTo={onZoomTo}
      isNarrow={isNarrow}
      onColour={(colour) => patchView({ colour })}
      onVisible={(keys) => patchView({ layers: keys })}
      timeZone={site.timeZone}
      analysis={<AnalysisControls display={display} hasWeather={maySeeWeather(layers)} onDisplay={onDisplay} />}
      analysisCount={laidOn.filter(Boolean).length}
    />
  );
}

