import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Collapse from '@mui/material/Collapse';
import Paper from '@mui/material/Paper';
import ToggleButton from '@mui/material/ToggleButton';
import ToggleButtonGroup from '@mui/material/ToggleButtonGroup';
import Typography from '@mui/material/Typography';
import { useMemo } from 'react';
import type { ReactNode } from 'react';

import { formatInstant } from '../../lib/format';
import type { ColourMode } from '../../lib/mapView';
import { useStore } from '../../lib/store';
import { EmptyState, ErrorState, LoadingState } from '../../ui/StateMessage';
import { ChevronDownIcon, ChevronRightIcon } from '../../ui/icons';
import { useNow } from '../../ui/useNow';

import { FILTER_FIELDS } from './filters/fields';
import { LiveLine } from './live/LiveLine';
import { FilterChips } from './panel/FilterChips';
import { FilterChoice } from './panel/FilterChoice';
import { Group } from './panel/Group';
import { LayerRow } from './panel/LayerRow';
import type { PanelState } from './panel/LayerRow';
import { grouped } from './panel/groups';
import { openPanel } from './panel/openPanel';
import type { MapLayerInfo } from './queries';

interface Props extends PanelState {
  onColour: (mode: ColourMode) => void;
  onVisible: (keys: string[]) => void;
  /** Of the hours that ratings are for. */
  timeZone: string;
  /** What else can be laid upon the map. */
  analysis?: ReactNode;
  /** How many of these are on. */
  analysisCount?: number;
  /** There is little room: the panel is folded until one unfolds it. */
  isNarrow?: boolean;
}

const CIRCUIT_FIELD = FILTER_FIELDS.find((field) => field.layer === 'network');

/** Which layers are drawn and how, how many assets each has, how fresh they are, and what the colours mean. */
export function LayerPanel({ onColour, onVisible, timeZone, analysis, analysisCount = 0, isNarrow = false, ...panel }: Props) {
  const { layers, colour, lineLegend, display, onDisplay } = panel;
  const choice = useStore(openPanel)[isNarrow ? 'narrow' : 'wide'];
  const isOpen = choice ?? !isNarrow;
  const onCount = layers.sources.filter(({ key }) => layers.visible.has(key)).length + analysisCount;
  const now = useNow();
  const groups = useMemo(() => grouped(layers.sources), [layers.sources]);

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
      sx={{ width: isOpen || !isNarrow ? { xs: 256, lg: 296 } : 'auto', maxWidth: 296, flexShrink: 0, maxHeight: '100%', display: 'flex', flexDirection: 'column', pointerEvents: 'auto' }}
    >
      <Button
        color="inherit"
        fullWidth
        onClick={() => openPanel.set((kept) => ({ ...kept, [isNarrow ? 'narrow' : 'wide']: !isOpen }))}
        aria-expanded={isOpen}
        endIcon={isOpen ? <ChevronDownIcon /> : <ChevronRightIcon />}
        sx={{ justifyContent: 'space-between', px: 1.5, flexShrink: 0, whiteSpace: 'nowrap' }}
      >
        {isOpen ? 'Layers' : `Layers · ${onCount} on`}
      </Button>
      <FilterChips sources={layers.sources} filters={display.filters} onFilters={(filters) => onDisplay({ filters })} />
      <Collapse in={isOpen} timeout={0} unmountOnExit={isNarrow} sx={{ overflowY: 'auto' }}>
        <Box sx={{ px: 1.5, pb: 0.5 }}>
          <LiveLine timeZone={timeZone} />
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
        </Box>
        {groups.map((group) => (
          <Group key={group.key} group={group.key} title={group.title} onCount={group.sources.filter(({ key }) => layers.visible.has(key)).length}>
            {group.sources.map((source) => (
              <LayerRow key={source.key} source={source} panel={panel} nowMs={now} onToggle={() => toggle(source.key)} />
            ))}
            {group.key === 'network' && CIRCUIT_FIELD !== undefined && <FilterChoice field={CIRCUIT_FIELD} legend={NO_LEGEND} panel={panel} />}
          </Group>
        ))}
        {analysis !== undefined && (
          <Group group="analysis" title="Analysis" onCount={analysisCount}>
            {analysis}
          </Group>
        )}
      </Collapse>
    </Paper>
  );
}

const NO_LEGEND: readonly never[] = [];

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
