import { useTheme } from '@mui/material/styles';

import { legendOf } from '../../features/layers';
import { drawPicture, ExportMenu, shownAssets } from '../../features/mapExport';
import { scaleBar, ToolButton } from '../../features/mapTools';
import { isLayerKey } from '../../lib/columns/layers';
import { formatInstant } from '../../lib/format';
import { metresPerPixel } from '../../lib/geo/geodesic';
import { useUnits } from '../../lib/preferences';
import { DownloadIcon } from '../../ui/icons';

import { useStage } from './context';

const TITLES = { voltage: 'Lines by voltage', loading: 'Lines by loading', weather: 'Lines by their load in the weather' } as const;
const CREDIT = 'Flux Operations Center';

/** Saves and prints what the map shows. */
export function MapExport() {
  const { site, view, states, layers, lineLegend, map, area } = useStage();
  const scheme = useTheme().palette.mode;
  const units = useUnits();
  const drawn = layers.sources.filter(({ key }) => isLayerKey(key) && states[key]?.columns != null);
  const title = `${site.territoryName}: ${lineLegend === null ? TITLES[view.colour] : 'Lines as the legend says'}`;

  const picture = async (): Promise<HTMLCanvasElement> => {
    const shown = await map.current?.picture();
    if (shown == null || area === null) throw new Error('The map is not there yet.');
    const [, south, , north] = area.bounds;
    const legends = drawn.map((source) => ({
      title: source.title,
      items: source.key === 'branches' && lineLegend !== null ? lineLegend : legendOf(source.key, source.legend, states, view.colour),
    }));
    const text = {
      title,
      lines: [formatInstant(new Date().toISOString(), site.timeZone), `zoom ${area.zoom.toFixed(1)}`],
      legends,
      scale: scaleBar(metresPerPixel((south + north) / 2, area.zoom), units),
      credit: CREDIT,
    };
    return drawPicture(shown, window.devicePixelRatio, text, scheme);
  };
  return (
    <ExportMenu
      describe={title}
      onPicture={picture}
      onAssets={() =>
        area === null
          ? []
          : shownAssets(
              drawn.flatMap(({ key }) => {
                const columns = isLayerKey(key) ? states[key]?.columns : null;
                return columns == null ? [] : [{ key, columns }];
              }),
              area.bounds,
            )
      }
      button={(open, isOpen) => (
        <ToolButton label="Save or print what is shown" testId="map-export" isPressed={isOpen} hasMenu onClick={(event) => open(event.currentTarget)}>
          <DownloadIcon fontSize="small" />
        </ToolButton>
      )}
    />
  );
}
