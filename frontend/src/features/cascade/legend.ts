import type { LegendItem } from '../../lib/legendItem';
import { LOADING_CLASSES } from '../../lib/loadingClasses';

import type { RunColour } from './layers';
import {
  DEAD_COLOUR,
  IN_SERVICE_COLOUR,
  INITIAL_OUTAGE_COLOUR,
  LOST_LOAD_COLOUR,
  OUT_COLOUR,
  waveColour,
} from './waveColours';

/** More waves than this are shown by a few of them. */
const MOST_SHOWN = 5;

/** What the lines and substations of a run mean on the map. */
export function cascadeLegend(colour: RunColour, lastWave: number, hasPaths = false): LegendItem[] {
  const losses: LegendItem[] = [
    { label: 'Substation dead', colour: DEAD_COLOUR, shape: 'dot' },
    { label: 'Substation lost load', colour: LOST_LOAD_COLOUR, shape: 'ring' },
  ];
  if (colour !== 'waves') {
    const classes: LegendItem[] = LOADING_CLASSES.map((entry) => ({
      label: entry.label,
      colour: entry.colour,
      shape: 'line',
      widthPx: entry.widthPx,
    }));
    if (colour === 'base') return classes;
    return [...classes, { label: 'out of service', colour: OUT_COLOUR, shape: 'line', widthPx: 1 }, ...losses];
  }
  return [
    { label: 'In service', colour: IN_SERVICE_COLOUR, shape: 'line', widthPx: 1 },
    { label: 'Initial outage', colour: INITIAL_OUTAGE_COLOUR, shape: 'line' },
    ...shownWaves(lastWave).map((wave): LegendItem => ({
      label: `Tripped in wave ${wave}`,
      colour: waveColour(wave, lastWave),
      shape: 'line',
    })),
    ...losses,
    ...(hasPaths ? [{ label: 'Led to (dot: what tripped)', colour: IN_SERVICE_COLOUR, shape: 'line' as const, widthPx: 1 }] : []),
  ];
}

/** All waves, or evenly spread ones from the first to the last. */
export function shownWaves(lastWave: number): number[] {
  const count = Math.min(lastWave, MOST_SHOWN);
  return Array.from({ length: count }, (_, i) =>
    count === 1 ? 1 : Math.round(1 + (i * (lastWave - 1)) / (count - 1)),
  );
}
