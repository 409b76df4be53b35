import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';

import type { LayerFilters } from '../../../lib/layerDisplay';
import { filtersInForce, hasFilter } from '../filters/apply';
import { isCountedFromAfar, isDrawnOfTiles } from '../plan';
import type { MapLayerInfo } from '../queries';
import { cellLegend } from '../tiles/cells';

import { Legend } from './Legend';

interface Props {
  source: MapLayerInfo;
  filters: LayerFilters;
  onZoomTo: (zoom: number) => void;
}

/** Trees near lines are counted by level, so cells show what their filter leaves. */
const COUNTED_BY_CLASS = 'vegetation_risk';

/** What is drawn of a layer while the map is too far out for its rows, and a way to where these appear. */
export function FromAfar({ source, filters, onZoomTo }: Props) {
  const { key, title, minZoom } = source;
  const isFiltered = key !== COUNTED_BY_CLASS && hasFilter(key, filtersInForce(filters));
  const hasCells = (isCountedFromAfar(source) || (isDrawnOfTiles(source) && (source.featureCount ?? 0) > 0)) && !isFiltered;
  const legend = hasCells ? cellLegend(source) : [];
  return (
    <>
      <Box sx={{ pl: 2.75, display: 'flex', alignItems: 'baseline', justifyContent: 'space-between', gap: 1 }}>
        <Typography variant="caption" color="textSecondary" data-testid={`afar-${key}`}>
          {standIn(source, hasCells)}
        </Typography>
        <Button
          size="small"
          aria-label={`${title} appear from zoom ${minZoom}: zoom in`}
          onClick={() => onZoomTo(minZoom)}
          data-testid={`zoom-to-${key}`}
          sx={{ p: 0, minWidth: 0, whiteSpace: 'nowrap', flexShrink: 0 }}
        >
          from zoom {minZoom}
        </Button>
      </Box>
      {legend.length > 0 && <Legend title={title} items={legend} />}
    </>
  );
}

function standIn({ geometryKind, columnsUrl }: MapLayerInfo, hasCells: boolean): string {
  if (!hasCells) return 'Not drawn from afar';
  return geometryKind === 'LINE' && columnsUrl !== null ? 'Merged from afar' : 'Counted in discs';
}
