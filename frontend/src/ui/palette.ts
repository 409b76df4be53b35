import type { Rgb } from '../lib/colourScale';

/** Colours outside MUI's theme: the map, charts and anything drawn on a canvas. */
export const SURFACE = {
  page: '#0b1116',
  panel: '#111a21',
  raised: '#17222b',
  line: '#253440',
  text: '#e3ebf1',
  muted: '#9fb0bd',
} as const;

export const SIGNAL = {
  accent: '#5cc8e6',
  good: '#55c08f',
  warn: '#f2b54a',
  bad: '#f4616f',
} as const;

export function css(colour: Rgb): string {
  return `rgb(${colour.join(' ')})`;
}
