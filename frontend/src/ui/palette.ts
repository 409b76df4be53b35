import { useTheme } from '@mui/material/styles';

import type { Rgb } from '../lib/colourScale';
import type { ColourScheme } from '../lib/preferences';

/** Colours of the page and of what state looks like. */
export interface Colours {
  surface: {
    page: string;
    panel: string;
    raised: string;
    line: string;
    text: string;
    muted: string;
  };
  signal: {
    accent: string;
    accentHover: string;
    good: string;
    warn: string;
    bad: string;
  };
}

/** Text on any surface has a contrast of 4.5 or more (WCAG 2.2, 1.4.3); signals on panels too. */
export const COLOURS: Readonly<Record<ColourScheme, Colours>> = {
  dark: {
    surface: { page: '#0b1116', panel: '#111a21', raised: '#17222b', line: '#253440', text: '#e3ebf1', muted: '#9fb0bd' },
    signal: { accent: '#5cc8e6', accentHover: '#86d8ee', good: '#55c08f', warn: '#f2b54a', bad: '#f4616f' },
  },
  light: {
    surface: { page: '#eef2f5', panel: '#ffffff', raised: '#f4f7f9', line: '#c9d3da', text: '#15212a', muted: '#51626f' },
    signal: { accent: '#00667f', accentHover: '#004f63', good: '#1b7048', warn: '#8a5a00', bad: '#b8243a' },
  },
};

/** Colours of series in charts, apart from each other for those who confuse red and green, too. */
export const SERIES: Readonly<Record<ColourScheme, readonly string[]>> = {
  dark: ['#5cc8e6', '#f2b54a', '#b99bf5', '#6fcf97', '#f490b8', '#d8dfe5', '#e07b53', '#8fa7ff'],
  light: ['#00658a', '#b26a00', '#6b3fb8', '#1b7546', '#b02e6c', '#55656f', '#a6401a', '#3450c4'],
};

/** The colours of the theme in use, for what the theme itself does not colour: charts, bars, marks. */
export function useColours(): Colours {
  return COLOURS[useTheme().palette.mode];
}

export function css(colour: Rgb): string {
  return `rgb(${colour.join(' ')})`;
}
