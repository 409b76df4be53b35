import type { Layer } from '@deck.gl/core';

import type { BranchColumns, SubstationColumns } from '../../lib/columns/layers';
import { pathLayer, pathsOfBranches, shiftsOfBranches } from '../../lib/draw/paths';
import { pointLayer } from '../../lib/draw/points';
import type { Placement } from '../../lib/draw/points';
import { symbolScale } from '../../lib/draw/zoomScale';
import { loadingClass } from '../../lib/loadingClasses';
import { memoBy } from '../../lib/memo';

import type { CascadeResult } from './result';
import { DEAD_COLOUR, IN_SERVICE_COLOUR, LOST_LOAD_COLOUR, OUT_COLOUR, waveColour } from './waveColours';

/** What the lines of a run are coloured by. */
export type RunColour = 'waves' | 'base' | 'final';

export interface CascadeStyle {
  zoom: number;
  placement: Placement;
  colour: RunColour;
  /** The wave shown; lines tripped later still look in service. */
  wave: number;
  lastWave: number;
  /** Only what went out in the wave stands out. */
  isFocused?: boolean;
}

const rowsOf = memoBy((ids: string[]) => new Map(ids.map((id, row) => [id, row])));

export interface LineLook {
  colours: Uint8Array;
  widthsPx: Float32Array;
}

/** Colour and width of every transmission line on the map in the given wave of a run. */
export const branchLook = memoBy(
  (
    columns: BranchColumns,
    result: CascadeResult,
    colour: RunColour,
    wave: number,
    lastWave: number,
    isFocused = false,
  ): LineLook => {
    const count = columns.ids.length;
    const look: LineLook = { colours: new Uint8Array(count * 4), widthsPx: new Float32Array(count) };
    const rows = rowsOf(result.branches.ids);
    for (let i = 0; i < count; i += 1) {
      const row = rows.get(columns.ids[i] ?? '');
      const tripWave = row === undefined ? Number.NaN : (result.branches.tripWave[row] ?? Number.NaN);
      const isOut = tripWave <= wave;
      if (isOut && colour === 'waves') {
        const isDimmed = isFocused && tripWave !== wave;
        look.colours.set([...(isDimmed ? IN_SERVICE_COLOUR : waveColour(tripWave, lastWave)), isDimmed ? 90 : 255], 4 * i);
        look.widthsPx[i] = tripWave === wave ? 4.4 : isDimmed ? 1 : 2.6;
      } else if (isOut && colour === 'final') {
        look.colours.set([...OUT_COLOUR, 255], 4 * i);
        look.widthsPx[i] = 1;
      } else if (colour === 'waves') {
        look.colours.set([...IN_SERVICE_COLOUR, isFocused ? 70 : 150], 4 * i);
        look.widthsPx[i] = 1;
      } else {
        const finalPct = row === undefined ? Number.NaN : result.branches.loadingPct[row];
        const entry = loadingClass(colour === 'base' ? columns.loadingPct[i] : finalPct);
        look.colours.set([...entry.colour, 225], 4 * i);
        look.widthsPx[i] = entry.widthPx;
      }
    }
    return look;
  },
);

export interface Losses {
  rows: number[];
  radiiPx: Float32Array;
  fill: Uint8Array;
  outline: Uint8Array;
}

/** Substations that have lost load by `wave`, or first did so in the wave `only`: dead ones filled, others as rings; the area grows with the MW. */
export function lossesByWave(columns: SubstationColumns, result: CascadeResult, wave: number, only: number | null = null): Losses {
  const { substations } = result;
  const places = rowsOf(columns.ids);
  const rows: number[] = [];
  const sources: number[] = [];
  substations.ids.forEach((id, source) => {
    const row = places.get(id);
    const lostIn = substations.wave[source] ?? Number.NaN;
    // A dead substation without load has no wave of its own: it shows in the last one.
    const isShown = Number.isNaN(lostIn) ? substations.isDead[source] === 1 && wave === Infinity : lostIn <= wave;
    if (row !== undefined && isShown && (only === null || lostIn === only)) {
      rows.push(row);
      sources.push(source);
    }
  });
  const fill = new Uint8Array(rows.length * 4);
  const outline = new Uint8Array(rows.length * 4);
  const radiiPx = Float32Array.from(sources, (source) => {
    const lost = substations.lostMw[source] ?? 0;
    return 4 + (lost > 0 ? Math.min(10, Math.sqrt(lost) / 2.5) : 0);
  });
  sources.forEach((source, i) => {
    const isDead = substations.isDead[source] === 1;
    const colour = isDead ? DEAD_COLOUR : LOST_LOAD_COLOUR;
    fill.set([...colour, isDead ? 150 : 30], 4 * i);
    outline.set([...colour, 255], 4 * i);
  });
  return { rows, radiiPx, fill, outline };
}

const lossesMemo = memoBy((columns: SubstationColumns, result: CascadeResult, wave: number, only: number | null) => {
  const losses = lossesByWave(columns, result, wave, only);
  const pickRows = (values: Float64Array): Float64Array =>
    Float64Array.from(losses.rows, (row) => values[row] ?? Number.NaN);
  return {
    ...losses,
    points: {
      ids: losses.rows.map((row) => columns.ids[row] ?? ''),
      lon: pickRows(columns.lon),
      lat: pickRows(columns.lat),
    },
  };
});

/** deck.gl layers of a run: they take the place of the plain transmission lines. */
export function cascadeLayers(
  data: { branches: BranchColumns | null; substations: SubstationColumns | null },
  result: CascadeResult,
  style: CascadeStyle,
): Layer[] {
  const layers: Layer[] = [];
  // The final loading belongs to the state after the last wave, whichever wave is chosen.
  const shownWave = style.colour === 'final' ? style.lastWave : style.wave;
  if (data.branches !== null) {
    layers.push(
      pathLayer({
        id: 'cascade-branches',
        paths: pathsOfBranches(data.branches),
        style: {
          ...branchLook(data.branches, result, style.colour, shownWave, style.lastWave, style.isFocused),
          widthScale: symbolScale(style.zoom),
          shiftsPx: shiftsOfBranches(data.branches),
        },
        placement: style.placement,
      }),
    );
  }
  if (data.substations !== null && style.colour !== 'base') {
    const wave = shownWave >= style.lastWave ? Infinity : shownWave;
    const losses = lossesMemo(data.substations, result, wave, style.isFocused === true && style.colour === 'waves' ? shownWave : null);
    layers.push(
      pointLayer({
        id: 'cascade-substations',
        columns: losses.points,
        style: {
          radiiPx: losses.radiiPx,
          fill: losses.fill,
          outline: losses.outline,
          outlinePx: 1.6,
          radiusScale: symbolScale(style.zoom),
        },
        placement: style.placement,
      }),
    );
  }
  return layers;
}

/** How many rated lines fall into each loading class, before the run and after it. */
export function loadingCounts(loadingPct: ArrayLike<number>, isIn: (index: number) => boolean): Map<string, number> {
  const counts = new Map<string, number>();
  for (let i = 0; i < loadingPct.length; i += 1) {
    if (!isIn(i)) continue;
    const { key } = loadingClass(loadingPct[i]);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}
