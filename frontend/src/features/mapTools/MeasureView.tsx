import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';

import { legsM } from '../../lib/geo/geodesic';
import { edgeM, groundM2 } from '../../lib/geo/shapes';
import type { Shape } from '../../lib/geo/shapes';
import { useUnits } from '../../lib/preferences';
import { formatArea, formatDistance } from '../../lib/units';
import { FactList } from '../../ui/FactList';

import { writePlace } from './typed';

/** How long or large a shape is. */
export function MeasureView({ shape }: { shape: Shape }) {
  const units = useUnits();
  const [centre] = shape.points;
  if (shape.kind === 'distance') {
    const legs = legsM(shape.points);
    return (
      <Box data-testid="measure">
        <Typography variant="h2" component="p">
          {formatDistance(edgeM(shape), units)}
        </Typography>
        {legs.length > 1 && (
          <Box sx={{ maxHeight: 180, overflowY: 'auto', mt: 0.5 }} tabIndex={0} role="region" aria-label="Legs">
            <FactList facts={legs.map((leg, i) => ({ label: `Leg ${i + 1}`, value: formatDistance(leg, units) }))} />
          </Box>
        )}
      </Box>
    );
  }
  return (
    <Box data-testid="measure">
      <Typography variant="h2" component="p">
        {formatArea(groundM2(shape), units)}
      </Typography>
      <FactList
        facts={[
          { label: 'Along its edge', value: formatDistance(edgeM(shape), units) },
          ...(shape.kind === 'circle' ? [{ label: 'Radius', value: formatDistance(shape.radiusM, units) }] : []),
          ...(shape.kind === 'circle' && centre !== undefined ? [{ label: 'Centre', value: writePlace(centre) }] : []),
        ]}
      />
    </Box>
  );
}
