import Box from '@mui/material/Box';

import { css } from '../../ui/palette';

import { levelWords, lookOf } from './levels';

/** A level as sign and word: neither rests on its colour. */
export function LevelMark({ level, isShort = false }: { level: string | null | undefined; isShort?: boolean }) {
  const look = lookOf(level);
  return (
    <Box component="span" sx={{ whiteSpace: 'nowrap' }} title={`${levelWords(level)}: ${look.meaning}`}>
      <Box
        component="span"
        aria-hidden
        sx={{
          display: 'inline-grid',
          placeItems: 'center',
          width: 16,
          height: 16,
          mr: 0.5,
          borderRadius: 0.5,
          fontSize: '0.625rem',
          lineHeight: 1,
          color: '#0b1116',
          verticalAlign: 'text-bottom',
        }}
        style={{ backgroundColor: css(look.colour) }}
      >
        {look.sign}
      </Box>
      {isShort ? <Box component="span" sx={{ position: 'absolute', clipPath: 'inset(50%)', width: 1 }}>{levelWords(level)}</Box> : levelWords(level)}
    </Box>
  );
}
