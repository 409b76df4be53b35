import Box from '@mui/material/Box';
import Paper from '@mui/material/Paper';

import { formatNumber } from '../../lib/format';
import { metresPerPixel } from '../../lib/geo/geodesic';
import { useUnits } from '../../lib/preferences';
import { useStore } from '../../lib/store';
import type { Store } from '../../lib/store';
import { formatDistance } from '../../lib/units';

import { scaleBar } from './scale';
import { writePlace } from './typed';

interface Place {
  lng: number;
  lat: number;
}

interface Props {
  zoom: number;
  /** Latitude of the middle: the scale is that of there. */
  lat: number;
  pointer: Pick<Store<Place | null>, 'get' | 'subscribe'>;
  /** Said for a moment in the place of the coordinates. */
  notice: string | null;
}

/** Scale, zoom, and where the pointer is. */
export function StatusStrip({ zoom, lat, pointer, notice }: Props) {
  const units = useUnits();
  const bar = scaleBar(metresPerPixel(lat, zoom), units);
  return (
    <Paper
      variant="outlined"
      data-testid="map-status"
      sx={{ display: 'flex', alignItems: 'center', gap: 1.25, px: 1, py: 0.25, fontSize: '0.75rem', pointerEvents: 'auto' }}
    >
      {bar !== null && (
        <Box role="img" aria-label={`Scale: ${formatDistance(bar.metres, units)}`} data-testid="scale-bar" sx={{ textAlign: 'center', lineHeight: 1.2 }}>
          <span>{bar.label}</span>
          <Box style={{ width: bar.widthPx }} sx={{ height: 5, border: 1, borderTop: 0, borderColor: 'text.primary' }} />
        </Box>
      )}
      <span>zoom {formatNumber(zoom, 1)}</span>
      <Coordinates pointer={pointer} notice={notice} />
    </Paper>
  );
}

function Coordinates({ pointer, notice }: { pointer: Props['pointer']; notice: string | null }) {
  const at = useStore(pointer);
  return (
    <Box component="span" title="Latitude, longitude. X copies them while the pointer is on the map." sx={{ minWidth: 138 }}>
      <span role="status">{notice}</span>
      {notice === null && <span data-testid="pointer-place">{at === null ? 'X copies the place' : writePlace([at.lng, at.lat])}</span>}
    </Box>
  );
}
