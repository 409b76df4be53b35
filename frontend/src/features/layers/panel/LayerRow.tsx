import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Checkbox from '@mui/material/Checkbox';
import FormControlLabel from '@mui/material/FormControlLabel';
import IconButton from '@mui/material/IconButton';
import Typography from '@mui/material/Typography';
import { useState } from 'react';

import { isLayerKey } from '../../../lib/columns/layers';
import type { LayerDisplay } from '../../../lib/layerDisplay';
import type { LegendItem } from '../../../lib/legendItem';
import type { ColourMode } from '../../../lib/mapView';
import type { TileStatuses } from '../../../lib/tiles/loader';
import { TuneIcon } from '../../../ui/icons';
import { legendOf } from '../legend';
import type { LayerStates } from '../loader';
import { isInZoom } from '../plan';
import type { MapLayerInfo } from '../queries';
import type { MapLayers } from '../useLayerStates';

import { FromAfar } from './FromAfar';
import { LayerOptions } from './LayerOptions';
import { Legend } from './Legend';
import { countOf, statusText, syncedText } from './status';

export interface PanelState {
  layers: MapLayers;
  /** What the filters leave of the data. */
  shown: LayerStates;
  tiles: TileStatuses;
  zoom: number;
  colour: ColourMode;
  /** What the lines mean while something else than this panel colours them. */
  lineLegend: LegendItem[] | null;
  display: LayerDisplay;
  onDisplay: (change: Partial<LayerDisplay>) => void;
  onRefreshTiles: (key: string) => void;
  /** Zoom the map in or out to here. */
  onZoomTo: (zoom: number) => void;
}

interface Props {
  source: MapLayerInfo;
  panel: PanelState;
  nowMs: number;
  onToggle: () => void;
}

/** What a layer is not, where its name may mislead. */
const NOTES: Readonly<Record<string, string>> = {
  water_bodies: 'Lakes, rivers and bayous as they are mapped; not flood zones.',
  vegetation: 'Marks from afar; trunk and crown in true size from zoom 14 on.',
  vegetation_risk: 'As the last assessment has them; marks from afar, in true size from zoom 14 on.',
  buildings: 'Counted from afar, footprints from zoom 14 on; as tall as they are in the 3-D view.',
  crews: 'A dashed line leads to the outage that a crew works on.',
};

/** A layer: whether it is drawn, how many there are, how fresh, what its colours mean, and how it is drawn. */
export function LayerRow({ source, panel, nowMs, onToggle }: Props) {
  const { layers, zoom, colour, lineLegend } = panel;
  const { key } = source;
  const [hasOptions, setOptions] = useState(false);
  const isVisible = layers.visible.has(key);
  const isInRange = isInZoom(source, zoom);
  const state = isLayerKey(key) ? layers.states[key] : undefined;
  const tiles = panel.tiles[key];
  const phase = state?.phase ?? tiles?.phase;
  // Substations are coloured as the lines are: one legend serves both where lines are shown.
  const isExplained = key === 'substations' && layers.visible.has('branches');
  const isShown = isVisible && isInRange && !isExplained;
  // Where something else has a say in the colours, sections keep those of their classes.
  const mode = key === 'lines' && lineLegend !== null ? 'voltage' : colour;
  const ownLegend = isShown ? legendOf(key, source.legend, panel.shown, mode) : [];
  const legend = isShown && key === 'branches' && lineLegend !== null ? lineLegend : ownLegend;
  const isAfar = isVisible && zoom < source.minZoom;
  const problem = state?.error?.message ?? tiles?.message ?? null;
  const retry = (): void => (isLayerKey(key) && source.columnsUrl !== null ? layers.retryLayer(key) : panel.onRefreshTiles(key));
  const shownCount = isLayerKey(key) ? (panel.shown[key]?.columns?.ids.length ?? null) : null;
  const status = { isInRange, zoom, phase, count: countOf(source, state), shownCount, loadedCount: state?.columns?.ids.length ?? null, nowMs };
  return (
    <Box data-testid={`layer-${key}`} data-phase={phase ?? 'off'} sx={{ py: 0.125 }}>
      <Box sx={{ display: 'flex', alignItems: 'center', justifyContent: 'space-between', gap: 0.5 }}>
        <FormControlLabel
          sx={{ m: 0, ml: -0.75, minWidth: 0 }}
          control={<Checkbox size="small" checked={isVisible} onChange={onToggle} sx={{ p: 0.5 }} />}
          label={
            <Typography variant="h3" component="span">
              {source.title}
            </Typography>
          }
        />
        <Box sx={{ display: 'flex', alignItems: 'center', flexShrink: 0 }}>
          <Typography variant="caption" color="textSecondary" title={syncedText(source, nowMs)} sx={{ whiteSpace: 'nowrap' }}>
            {statusText(source, status, isVisible)}
          </Typography>
          {isVisible && (
            <IconButton
              size="small"
              aria-label={`How ${source.title} are shown`}
              aria-expanded={hasOptions}
              onClick={() => setOptions(!hasOptions)}
              data-testid={`options-${key}`}
              sx={{ p: 0.5, mr: -0.75 }}
            >
              <TuneIcon sx={{ fontSize: 16 }} />
            </IconButton>
          )}
        </Box>
      </Box>
      {isAfar && <FromAfar source={source} filters={panel.display.filters} onZoomTo={panel.onZoomTo} />}
      {problem !== null && isVisible && (
        <Box role="alert" sx={{ pl: 2.75 }}>
          <Typography variant="caption" color="error" component="p">
            {problem}
          </Typography>
          <Button sx={{ p: 0, minWidth: 0 }} onClick={retry}>
            Try again
          </Button>
        </Box>
      )}
      {legend.length > 0 && (
        <Legend title={source.title} items={legend} />
      )}
      {isShown && NOTES[key] !== undefined && (
        <Typography variant="caption" component="p" color="textSecondary" sx={{ pl: 2.75, mb: 0.25, lineHeight: 1.3 }}>
          {NOTES[key]}
        </Typography>
      )}
      {isVisible && hasOptions && <LayerOptions source={source} panel={panel} ms={state?.ms ?? tiles?.ms ?? null} tileCount={tiles?.tileCount ?? null} />}
    </Box>
  );
}
