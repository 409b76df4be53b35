import Box from '@mui/material/Box';

interface Props {
  colour: string;
  shape: 'dot' | 'line' | 'ring' | 'dashed';
  widthPx?: number;
}

/** A legend mark: a dot for points, a bar of the drawn thickness for lines. */
export function Swatch({ colour, shape, widthPx = 3 }: Props) {
  const isLine = shape === 'line' || shape === 'dashed';
  return (
    <Box
      aria-hidden
      component="span"
      sx={{ display: 'inline-grid', placeItems: 'center', width: 20, height: 12, flexShrink: 0 }}
    >
      <Box
        component="span"
        style={{
          backgroundColor: shape === 'ring' || shape === 'dashed' ? 'transparent' : colour,
          backgroundImage:
            shape === 'dashed' ? `repeating-linear-gradient(90deg, ${colour} 0 5px, transparent 5px 8px)` : undefined,
          border: shape === 'ring' ? `2px solid ${colour}` : undefined,
          height: isLine ? Math.max(2, widthPx) : 9,
        }}
        sx={{ width: isLine ? 20 : 9, borderRadius: isLine ? 1 : '50%' }}
      />
    </Box>
  );
}
