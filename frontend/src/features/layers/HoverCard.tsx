import Paper from '@mui/material/Paper';
import Typography from '@mui/material/Typography';

import { FactList } from '../../ui/FactList';

import type { HitDescription } from './assets';

interface Props {
  description: HitDescription;
  /** Pixels from the map's top left corner, and the map's size. */
  x: number;
  y: number;
  width: number;
  height: number;
}

const WIDTH_PX = 250;
const GAP_PX = 14;
const HEIGHT_ESTIMATE_PX = 140;

/** What lies under the pointer; on the side of it where there is room. */
export function HoverCard({ description, x, y, width, height }: Props) {
  const isLeft = x + GAP_PX + WIDTH_PX > width;
  const isAbove = y + GAP_PX + HEIGHT_ESTIMATE_PX > height;
  return (
    <Paper
      variant="outlined"
      data-testid="hover-card"
      sx={{ position: 'absolute', width: WIDTH_PX, px: 1.25, py: 1, pointerEvents: 'none', zIndex: 4 }}
      style={{
        left: isLeft ? x - GAP_PX - WIDTH_PX : x + GAP_PX,
        top: isAbove ? undefined : y + GAP_PX,
        bottom: isAbove ? height - y + GAP_PX : undefined,
      }}
    >
      <Typography variant="h3" component="p">
        {description.title}
      </Typography>
      <Typography variant="caption" component="p" color="textSecondary" sx={{ mb: 0.5 }}>
        {description.kind}
      </Typography>
      <FactList facts={description.facts} />
    </Paper>
  );
}
