import { useTheme } from '@mui/material/styles';
import { useMemo } from 'react';

import { COLOURS, SERIES } from '../../../ui/palette';

/** The colours of a drawing. What they mean is also told by the kind of line. */
export interface Ink {
  text: string;
  muted: string;
  /** What signs are filled with to cover lines behind them. */
  ground: string;
  live: string;
  tied: string;
  dead: string;
  warn: string;
  bad: string;
  good: string;
  accent: string;
  selection: string;
  study: string;
}

export function useInk(): Ink {
  const { mode } = useTheme().palette;
  return useMemo(() => {
    const { surface, signal } = COLOURS[mode];
    return {
      text: surface.text,
      muted: surface.muted,
      ground: surface.page,
      live: signal.good,
      tied: SERIES[mode][2] ?? signal.accent,
      dead: surface.muted,
      warn: signal.warn,
      bad: signal.bad,
      good: signal.good,
      accent: signal.accent,
      selection: surface.raised,
      study: SERIES[mode][4] ?? signal.accent,
    };
  }, [mode]);
}
