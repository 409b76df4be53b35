import type { ColourScheme } from '../../lib/preferences';
import { COLOURS } from '../../ui/palette';

/** Bands of CNAIM 2.1, and NONE for assets that have no index. */
export const BANDS = ['HI1', 'HI2', 'HI3', 'HI4', 'HI5', 'NONE'] as const;
export type Band = (typeof BANDS)[number];

export const BAND_WORDS: Readonly<Record<Band, string>> = {
  HI1: 'HI1 good or as new',
  HI2: 'HI2 good or serviceable',
  HI3: 'HI3 some deterioration',
  HI4: 'HI4 material deterioration',
  HI5: 'HI5 end of life',
  NONE: 'not known',
};

export const CLASSES = ['TRANSFORMER', 'POLE', 'CIRCUIT', 'SUBSTATION'] as const;
export type AssetClass = (typeof CLASSES)[number];

export const CLASS_WORDS: Readonly<Record<AssetClass, string>> = {
  TRANSFORMER: 'Transformers',
  POLE: 'Poles',
  CIRCUIT: 'Circuits',
  SUBSTATION: 'Substations',
};

function mixed(from: string, to: string): string {
  const channel = (colour: string, at: number): number => parseInt(colour.slice(at, at + 2), 16);
  const halves = [1, 3, 5].map((at) => Math.round((channel(from, at) + channel(to, at)) / 2));
  return `#${halves.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

/** From good to bad over the theme's signal colours; what is not known has the colour of no state. */
export function bandColour(band: Band, scheme: ColourScheme): string {
  const { signal, surface } = COLOURS[scheme];
  switch (band) {
    case 'HI1':
      return signal.good;
    case 'HI2':
      return mixed(signal.good, signal.warn);
    case 'HI3':
      return signal.warn;
    case 'HI4':
      return mixed(signal.warn, signal.bad);
    case 'HI5':
      return signal.bad;
    case 'NONE':
      return surface.muted;
  }
}

export function bandOf(text: string | null | undefined): Band {
  return BANDS.find((band) => band === text) ?? 'NONE';
}
