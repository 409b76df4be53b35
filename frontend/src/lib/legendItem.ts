import type { Rgb } from './colourScale';

/** One line of a legend as it is shown. */
export interface LegendItem {
  label: string;
  colour: Rgb;
  shape: 'dot' | 'line' | 'ring' | 'dashed';
  widthPx?: number;
}
