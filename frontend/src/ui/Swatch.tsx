import Box from '@mui/material/Box';

/** A legend mark: a dot for points, a bar of the drawn thickness for lines. */
export function Swatch({ colour, shape, widthPx = 3 }: { colour: string; shape: 'dot' | 'line' | 'ring'; widthPx?: number }) {
  return (
    <Box
      aria-hidden
      component="span"
      sx={{ display: 'inline-grid', placeItems: 'center', width: 20, height: 12, flexShrink: 0 }}
    >
      <Box
        component="span"
        style={{
          backgroundColor: shape === 'ring' ? 'transparent' : colour,
          border: shape === 'ring' ? `2px solid ${colour}` : undefined,
          height: shape === 'line' ? Math.max(2, widthPx) : 9,
        }}
        sx={{ width: shape === 'line' ? 20 : 9, borderRadius: shape === 'line' ? 1 : '50%' }}
      />
    </Box>
  );
}
