import Box from '@mui/material/Box';

import { useColours } from '../../ui/palette';

import type { Tone } from './summary';

/** A state as a colour and as a form: a disc is well, a triangle warns, a square is bad, a ring is not known. */
export function ToneMark({ tone }: { tone: Tone }) {
  const { signal, surface } = useColours();
  const colours: Readonly<Record<Tone, string>> = { good: signal.good, warn: signal.warn, bad: signal.bad, unknown: surface.muted };
  const fill = colours[tone];
  return (
    <Box component="svg" viewBox="0 0 12 12" aria-hidden sx={{ width: 10, height: 10, flexShrink: 0 }}>
      {tone === 'good' && <circle cx="6" cy="6" r="5" fill={fill} />}
      {tone === 'warn' && <path d="M6 0.5 12 11.5H0z" fill={fill} />}
      {tone === 'bad' && <path d="M1 1h10v10H1z" fill={fill} />}
      {tone === 'unknown' && <circle cx="6" cy="6" r="4" fill="none" stroke={fill} strokeWidth="2" />}
    </Box>
  );
}
