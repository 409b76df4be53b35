import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Checkbox from '@mui/material/Checkbox';
import Collapse from '@mui/material/Collapse';
import FormControlLabel from '@mui/material/FormControlLabel';
import Paper from '@mui/material/Paper';
import ToggleButton from '@mui/material/ToggleButton';
import ToggleButtonGroup from '@mui/material/ToggleButtonGroup';
import Typography from '@mui/material/Typography';
import { useState } from 'react';

import { isLayerKey } from '../../lib/columns/layers';
import { ageSeconds, formatAge, formatInstant, formatNumber, humanize } from '../../lib/format';
import type { LegendItem } from '../../lib/legendItem';
import type { ColourMode } from '../../lib/mapView';
import { EmptyState, ErrorState, LoadingState } from '../../ui/StateMessage';
import { Swatch } from '../../ui/Swatch';
import { ChevronDownIcon, ChevronRightIcon } from '../../ui/icons';
import { css } from '../../ui/palette';
import { useNow } from '../../ui/useNow';

import { legendOf } from './legend';
import type { LayerState } from './loader';
import { isInZoom, usesBounds } from './plan';
import type { MapLayerInfo } from './queries';
import type { MapLayers } from './useLayerStates';

interface Props {
  layers: MapLayers;
  zoom: number;
  colour: ColourMode;
  onColour: (mode: ColourMode) => void;
  onVisible: (keys: string[]) => void;
  /** What the lines mean while something else than this panel colours them. */
  lineLegend: LegendItem[] | null;
  /** Of the hours that ratings are for. */
  timeZone: string;
}

/** Which layers are drawn, how many assets each has, how fresh they are, and what the colours mean. */
export function LayerPanel({ layers, zoom, colour, onColour, onVisible, lineLegend, timeZone }: Props) {
  const [isOpen, setOpen] = useState(true);
  const now = useNow();

  const toggle = (key: string): void => {
    const next = layers.sources.map((source) => source.key).filter((k) => (k === key) !== layers.visible.has(k));
    onVisible(next);
  };

  return (
    <Paper
      component="section"
      variant="outlined"
      aria-label="Map layers"
      data-testid="layer-panel"
      sx={{ width: 284, maxHeight: '100%', display: 'flex', flexDirection: 'column', pointerEvents: 'auto' }}
    >
      <Button
        color="inherit"
        fullWidth
        onClick={() => setOpen(!isOpen)}
        aria-expanded={isOpen}
        endIcon={isOpen ? <ChevronDownIcon /> : <ChevronRightIcon />}
        sx={{ justifyContent: 'space-between', px: 1.5 }}
      >
        Layers
      </Button>
      <Collapse in={isOpen} timeout={0} sx={{ overflowY: 'auto' }}>
        <Box sx={{ px: 1.5, pb: 1.25 }}>
          <ToggleButtonGroup
            exclusive
            fullWidth
            size="small"
            disabled={lineLegend !== null}
            value={lineLegend === null ? colour : null}
            onChange={(_event, next: ColourMode | null) => next !== null && onColour(next)}
            aria-label="Colour of lines"
            sx={{ mb: 0.75, '& .MuiToggleButton-root': { py: 0.25, textTransform: 'none' } }}
          >
            <ToggleButton value="voltage" data-testid="colour-voltage">
              Voltage
            </ToggleButton>
            <ToggleButton value="loading" data-testid="colour-loading">
              Loading
            </ToggleButton>
            <ToggleButton value="weather" data-testid="colour-weather" title="Load over the rating in the newest hour's weather">
              Weather
            </ToggleButton>
          </ToggleButtonGroup>
          {colour === 'weather' && lineLegend === null && (
            <Typography variant="caption" component="p" color="textSecondary" data-testid="rated-hour" sx={{ mb: 0.75 }}>
              {ratedText(layers.sources, timeZone)}
            </Typography>
          )}
          {layers.problem !== null && <ErrorState title={layers.problem.message} onRetry={layers.retryList} />}
          {layers.problem === null && layers.sources.length === 0 && (
            layers.isListed ? (
              <EmptyState title="No layers" detail="Your account may not see any layer of the map." />
            ) : (
              <LoadingState label="Loading the list of layers" />
            )
          )}
          {layers.sources.map((source) => (
            <LayerRow
              key={source.key}
              source={source}
              layers={layers}
              zoom={zoom}
              colour={colour}
              nowMs={now}
              lineLegend={lineLegend}
              onToggle={() => toggle(source.key)}
            />
          ))}
        </Box>
      </Collapse>
    </Paper>
  );
}

interface RowProps {
  source: MapLayerInfo;
  layers: MapLayers;
  zoom: number;
  colour: ColourMode;
  nowMs: number;
  lineLegend: LegendItem[] | null;
  onToggle: () => void;
}

function LayerRow({ source, layers, zoom, colour, nowMs, lineLegend, onToggle }: RowProps) {
  const { key } = source;
  const isVisible = layers.visible.has(key);
  const isInRange = isInZoom(source, zoom);
  const state = isLayerKey(key) ? layers.states[key] : undefined;
  const count = countOf(source, state);
  // Substations are coloured as the lines are: one legend serves both where lines are shown.
  const isExplained = key === 'substations' && layers.visible.has('branches');
  const isShown = isVisible && isInRange && !isExplained;
  const ownLegend = isShown ? legendOf(key, source.legend, layers.states, colour) : [];
  const legend = isShown && key === 'branches' && lineLegend !== null ? lineLegend : ownLegend;
  return (
    <Box data-testid={`layer-${key}`} data-phase={state?.phase ?? 'off'} sx={{ py: 0.25 }}>
      <Box sx={{ display: 'flex', alignItems: 'center', justifyContent: 'space-between' }}>
        <FormControlLabel
          sx={{ m: 0, ml: -0.75 }}
          control={<Checkbox size="small" checked={isVisible} onChange={onToggle} sx={{ p: 0.5 }} />}
          label={
            <Typography variant="h3" component="span">
              {source.title}
            </Typography>
          }
        />
        <Typography variant="caption" color="textSecondary" title={syncedText(source, nowMs)} sx={{ whiteSpace: 'nowrap' }}>
          {isVisible ? statusText(source, { isInRange, zoom, phase: state?.phase, count, nowMs }) : formatNumber(count)}
        </Typography>
      </Box>
      {state?.error != null && (
        <Box role="alert" sx={{ pl: 2.75 }}>
          <Typography variant="caption" color="error" component="p">
            {state.error.message}
          </Typography>
          {isLayerKey(key) && (
            <Button sx={{ p: 0, minWidth: 0 }} onClick={() => isLayerKey(key) && layers.retryLayer(key)}>
              Try again
            </Button>
          )}
        </Box>
      )}
      {legend.length > 0 && (
        <Box component="ul" aria-label={`Legend of ${source.title}`} sx={{ listStyle: 'none', m: 0, mb: 0.5, pl: 2.75 }}>
          {legend.map((item) => (
            <Box component="li" key={item.label} sx={{ display: 'flex', alignItems: 'center', gap: 1 }}>
              <Swatch colour={css(item.colour)} shape={item.shape} widthPx={item.widthPx} />
              <Typography variant="caption">{item.label}</Typography>
            </Box>
          ))}
        </Box>
      )}
    </Box>
  );
}

const WEATHER_LOADING = 'weather_loading_pct';

const RATED_LAYERS = [
  { key: 'lines', label: 'Circuits' },
  { key: 'branches', label: 'Transmission, with base-case flows' },
] as const;

/** Of which hours the ratings are that lines are coloured by. */
function ratedText(sources: readonly MapLayerInfo[], timeZone: string): string {
  const parts = RATED_LAYERS.flatMap(({ key, label }) => {
    const source = sources.find((each) => each.key === key);
    if (source === undefined) return [];
    const at = source.colourings.find((each) => each.attribute === WEATHER_LOADING)?.at ?? null;
    return [`${label}: ${at === null ? 'hour unknown' : formatInstant(at, timeZone)}`];
  });
  return `Load over the rating in the weather. ${parts.join('. ')}.`;
}

/** Whole layers tell how many they draw; of others the server's count is known. */
function countOf(source: MapLayerInfo, state: LayerState | undefined): number | null {
  if (state?.columns != null && !usesBounds(source)) return state.columns.ids.length;
  return source.rowCount ?? null;
}

/** Status of a layer whose rows come from the warehouse while the cache does not answer. */
const FROM_WAREHOUSE = 'FROM_WAREHOUSE';

function syncedText(source: MapLayerInfo, nowMs: number): string {
  if (source.status === FROM_WAREHOUSE) return 'From the warehouse; the cache does not answer';
  const age = ageSeconds(source.syncedAt, nowMs);
  return age === null ? 'Never synced' : `Synced ${formatAge(age)} ago`;
}

function statusText(
  source: MapLayerInfo,
  at: { isInRange: boolean; zoom: number; phase: string | undefined; count: number | null; nowMs: number },
): string {
  const count = formatNumber(at.count);
  if (!at.isInRange) return `${count} · zoom ${at.zoom < source.minZoom ? 'in' : 'out'}`;
  if (at.phase === 'loading') return 'loading';
  if (source.status === FROM_WAREHOUSE) return `${count} · from the warehouse`;
  const age = ageSeconds(source.syncedAt, at.nowMs);
  if (age === null) return 'never synced';
  const status = source.status === 'FRESH' ? '' : ` · ${humanize(source.status).toLowerCase()}`;
  return `${count} · ${formatAge(age)}${status}`;
}
