import Box from '@mui/material/Box';

import { useColours } from '../../ui/palette';

/** A bar to the left or right of a middle line: how much something takes or adds. The number stands beside it. */
export function PointsBar({ value, most, isGood }: { value: number; most: number; isGood: boolean }) {
  const { signal, surface } = useColours();
  const share = most === 0 ? 0 : Math.min(1, Math.abs(value) / most) * 50;
  return (
    <Box
      aria-hidden
      component="span"
      style={{ backgroundColor: surface.raised }}
      sx={{ display: 'inline-block', position: 'relative', width: 120, height: 10, borderRadius: 0.5, overflow: 'hidden', verticalAlign: 'middle' }}
    >
      <Box
        component="span"
        style={{ width: `${share}%`, left: value < 0 ? `${50 - share}%` : '50%', backgroundColor: isGood ? signal.good : signal.bad }}
        sx={{ position: 'absolute', top: 0, bottom: 0 }}
      />
      <Box component="span" style={{ backgroundColor: surface.muted }} sx={{ position: 'absolute', top: 0, bottom: 0, left: '50%', width: '1px' }} />
    </Box>
  );
}
