import Box from '@mui/material/Box';
import IconButton from '@mui/material/IconButton';
import Slider from '@mui/material/Slider';
import Typography from '@mui/material/Typography';

import { isLayerKey } from '../../../lib/columns/layers';
import { formatDuration, plural } from '../../../lib/format';
import { LEAST_OPACITY } from '../../../lib/layerDisplay';
import { RefreshIcon } from '../../../ui/icons';
import { FILTER_FIELDS } from '../filters/fields';
import { CREWS } from '../plan';
import type { MapLayerInfo } from '../queries';

import { FilterChoice } from './FilterChoice';
import type { PanelState } from './LayerRow';

interface Props {
  source: MapLayerInfo;
  panel: PanelState;
  ms: number | null;
  tileCount: number | null;
}

/** Opacity and filters of a layer, how long it took to load, and a way to load it anew. */
export function LayerOptions({ source, panel, ms, tileCount }: Props) {
  const { key, title } = source;
  const { display, onDisplay } = panel;
  const percent = display.opacity[key] ?? 100;
  const isOfColumns = isLayerKey(key) && source.columnsUrl !== null;
  const setOpacity = (next: number): void => onDisplay({ opacity: { ...display.opacity, [key]: next } });
  return (
    <Box sx={{ pl: 2.75, pb: 0.5 }} data-testid={`options-of-${key}`}>
      <Box sx={{ display: 'flex', alignItems: 'center', gap: 1.25 }}>
        <Typography variant="caption" color="textSecondary">
          Opacity
        </Typography>
        <Slider
          size="small"
          value={percent}
          min={LEAST_OPACITY}
          max={100}
          step={10}
          aria-label={`Opacity of ${title}`}
          getAriaValueText={(value) => `${value}%`}
          onChange={(_event, value) => typeof value === 'number' && setOpacity(value)}
        />
        <Typography variant="caption" sx={{ width: 34, textAlign: 'right', flexShrink: 0 }}>
          {percent}%
        </Typography>
      </Box>
      {FILTER_FIELDS.filter((field) => field.layer === key).map((field) => (
        <FilterChoice key={field.field} field={field} legend={source.legend} panel={panel} />
      ))}
      {key !== CREWS && (
        <Box sx={{ display: 'flex', alignItems: 'center', justifyContent: 'space-between' }}>
          <Typography variant="caption" color="textSecondary" data-testid={`load-time-${key}`}>
            {ms === null ? 'Nothing loaded yet' : `${tileCount === null || tileCount === 0 ? 'Loaded' : plural(tileCount, 'tile')} in ${formatDuration(ms)}`}
          </Typography>
          <IconButton
            size="small"
            aria-label={`Load ${title} anew`}
            onClick={() => (isOfColumns ? panel.layers.refreshLayer(key) : panel.onRefreshTiles(key))}
            sx={{ p: 0.5 }}
          >
            <RefreshIcon sx={{ fontSize: 16 }} />
          </IconButton>
        </Box>
      )}
    </Box>
  );
}
