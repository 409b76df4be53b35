import type { Layer } from '@deck.gl/core';

import { numberScale } from '../../../lib/colourScale';
import type { LegendEntry, Rgb } from '../../../lib/colourScale';
import type { BranchColumns, SubstationColumns } from '../../../lib/columns/layers';
import { pathLayer, pathsOfBranches, shiftsOfBranches } from '../../../lib/draw/paths';
import { paint, pointLayer } from '../../../lib/draw/points';
import type { Placement, Rgba } from '../../../lib/draw/points';
import { symbolScale, transmissionOpacity } from '../../../lib/draw/zoomScale';
import { loadingClass } from '../../../lib/loadingClasses';
import type { ColourMode } from '../../../lib/mapView';
import { memoBy } from '../../../lib/memo';

export interface DrawStyle {
  colour: ColourMode;
  zoom: number;
  /** Distribution lines keep the colours of their classes, since something else has a say in the colours. */
  areLinesByClass?: boolean;
  placement: Placement;
  /** The server's legend of each layer. */
  legends: Readonly<Record<string, readonly LegendEntry[]>>;
}

const NEUTRAL: Rgb = [158, 174, 187];
const OUTLINE: Rgba = [9, 14, 19, 230];
const NO_LEGEND: readonly LegendEntry[] = [];

export function opaque(colour: Rgb, alpha = 255): Rgba {
  return [colour[0], colour[1], colour[2], alpha];
}

export function legendIn(style: DrawStyle, key: string): readonly LegendEntry[] {
  return style.legends[key] ?? NO_LEGEND;
}

/** Line width in pixels by nominal voltage. */
export function voltageWidthPx(kv: number): number {
  if (kv >= 400) return 3;
  if (kv >= 300) return 2.6;
  if (kv >= 200) return 2.2;
  return kv >= 100 ? 1.6 : 1.2;
}

/** Radius in pixels: the voltage sets the base, the load adds up to 3 px by its square root. */
export const substationRadii = memoBy((columns: SubstationColumns): Float32Array =>
  Float32Array.from(columns.ids, (_, i) => {
    const loadMw = columns.loadMw[i] ?? Number.NaN;
    const base = 1.4 + voltageWidthPx(columns.maxKv[i] ?? Number.NaN);
    return base + (loadMw > 0 ? Math.min(3, Math.sqrt(loadMw) / 6) : 0);
  }),
);

/** In loading mode substations step back: only the lines carry colour. */
export const substationColours = memoBy(
  (columns: SubstationColumns, mode: ColourMode, legend: readonly LegendEntry[]): Uint8Array => {
    const scale = numberScale(legend);
    return paint(columns.ids.length, (i) =>
      opaque(mode === 'voltage' ? scale(columns.maxKv[i] ?? Number.NaN).colour : NEUTRAL),
    );
  },
);

export interface BranchStyle {
  colours: Uint8Array;
  widthsPx: Float32Array;
}

/** Colour and width of each transmission line, by nominal voltage, by base-case loading, or in the weather. */
export const branchStyle = memoBy(
  (columns: BranchColumns, mode: ColourMode, legend: readonly LegendEntry[]): BranchStyle => {
    const scale = numberScale(legend);
    const classOf = (i: number): { colour: Rgb; widthPx: number } => {
      if (mode === 'loading') return loadingClass(columns.loadingPct[i]);
      if (mode === 'weather') return loadingClass(columns.weatherLoadingPct[i]);
      const kv = columns.kv[i] ?? Number.NaN;
      return { colour: scale(kv).colour, widthPx: voltageWidthPx(kv) };
    };
    return {
      colours: paint(columns.ids.length, (i) => opaque(classOf(i).colour, 225)),
      widthsPx: Float32Array.from(columns.ids, (_, i) => classOf(i).widthPx),
    };
  },
);

export function substationLayers(columns: SubstationColumns, style: DrawStyle): Layer[] {
  return [
    pointLayer({
      id: 'substations',
      columns,
      style: {
        radiiPx: substationRadii(columns),
        radiusScale: symbolScale(style.zoom),
        fill: substationColours(columns, style.colour, legendIn(style, 'substations')),
        outline: OUTLINE,
        outlinePx: 1,
      },
      placement: style.placement,
    }),
  ];
}

export function branchLayers(columns: BranchColumns, style: DrawStyle): Layer[] {
  return [
    pathLayer({
      id: 'branches',
      paths: pathsOfBranches(columns),
      style: {
        ...branchStyle(columns, style.colour, legendIn(style, 'branches')),
        widthScale: symbolScale(style.zoom),
        opacity: transmissionOpacity(style.zoom),
        shiftsPx: shiftsOfBranches(columns),
      },
      placement: style.placement,
    }),
  ];
}
