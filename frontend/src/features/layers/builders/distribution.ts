import type { Layer } from '@deck.gl/core';

import { singleColour, valueScale } from '../../../lib/colourScale';
import type { LegendEntry } from '../../../lib/colourScale';
import type {
  LineColumns,
  MeterColumns,
  OutageColumns,
  PointColumns,
  SwitchColumns,
  TransformerColumns,
} from '../../../lib/columns/layers';
import { pathLayer } from '../../../lib/draw/paths';
import { paint, pointLayer } from '../../../lib/draw/points';
import type { Rgba } from '../../../lib/draw/points';
import { detailScale, symbolScale } from '../../../lib/draw/zoomScale';
import { loadingClass } from '../../../lib/loadingClasses';
import { memoBy } from '../../../lib/memo';

import { legendIn, opaque } from './transmission';
import type { DrawStyle } from './transmission';

const OUTLINE: Rgba = [9, 14, 19, 230];
const CLEAR: Rgba = [0, 0, 0, 0];
const RING_INSIDE: Rgba = [13, 20, 27, 255];

const LINE_WIDTHS_PX: Readonly<Record<string, number>> = { BACKBONE: 2.4, LATERAL: 1.4, SERVICE: 0.8 };

const lineStyle = memoBy((columns: LineColumns, legend: readonly LegendEntry[]) => {
  const scale = valueScale(legend);
  return {
    // Underground sections are fainter than overhead ones of their class.
    colours: paint(columns.ids.length, (i) =>
      opaque(scale(columns.lineClass[i]).colour, columns.isUnderground[i] === 1 ? 130 : 225),
    ),
    widthsPx: Float32Array.from(columns.lineClass, (lineClass) => LINE_WIDTHS_PX[lineClass ?? ''] ?? 1),
  };
});

/** In the weather mode each section has the class of its circuit; the width still tells sections apart. */
const weatherLineStyle = memoBy((columns: LineColumns) => ({
  colours: paint(columns.ids.length, (i) =>
    opaque(loadingClass(columns.weatherLoadingPct[i]).colour, columns.isUnderground[i] === 1 ? 130 : 225),
  ),
  widthsPx: Float32Array.from(columns.lineClass, (lineClass) => LINE_WIDTHS_PX[lineClass ?? ''] ?? 1),
}));

/** Overhead sections in full, underground ones fainter. */
export function loadingColourOfLine(columns: LineColumns, i: number): Rgba {
  return opaque(loadingClass(columns.circuitLoadingPct[i]).colour, columns.isUnderground[i] === 1 ? 130 : 225);
}

/** In the loading mode each section has the class of its circuit in the newest hour, as live news has it. */
export const loadingLineStyle = memoBy((columns: LineColumns) => ({
  colours: paint(columns.ids.length, (i) => loadingColourOfLine(columns, i)),
  widthsPx: Float32Array.from(columns.lineClass, (lineClass) => LINE_WIDTHS_PX[lineClass ?? ''] ?? 1),
}));

function styleOfLines(columns: LineColumns, style: DrawStyle): { colours: Uint8Array; widthsPx: Float32Array } {
  if (style.areLinesByClass !== true) {
    if (style.colour === 'weather') return weatherLineStyle(columns);
    if (style.colour === 'loading') return loadingLineStyle(columns);
  }
  return lineStyle(columns, legendIn(style, 'lines'));
}

export function lineLayers(columns: LineColumns, style: DrawStyle): Layer[] {
  return [
    pathLayer({
      id: 'lines',
      paths: columns.paths,
      style: {
        ...styleOfLines(columns, style),
        widthScale: detailScale(style.zoom),
      },
      placement: style.placement,
    }),
  ];
}

/** Radius in pixels by rating: 2.7 for the smallest pole types to 5 for a 2,500 kVA pad. */
export const transformerRadii = memoBy((columns: TransformerColumns) =>
  Float32Array.from(columns.ratedKva, (kva) => 2.6 + (kva > 0 ? Math.min(2.4, Math.sqrt(kva) / 20) : 0)),
);

export function colourOfTransformer(columns: TransformerColumns, i: number): Rgba {
  return opaque(loadingClass(columns.latestLoadingPct[i]).colour);
}

export const transformerColours = memoBy((columns: TransformerColumns) =>
  paint(columns.ids.length, (i) => colourOfTransformer(columns, i)),
);

export function transformerLayers(columns: TransformerColumns, style: DrawStyle): Layer[] {
  const radiusScale = detailScale(style.zoom);
  return [
    pointLayer({
      id: 'transformers',
      columns,
      style: {
        radiiPx: transformerRadii(columns),
        fill: transformerColours(columns),
        radiusScale,
        outline: OUTLINE,
        // From afar the rims would be all that one sees of many small discs.
        outlinePx: 0.8 * Math.min(1, radiusScale) ** 2,
      },
      placement: style.placement,
    }),
  ];
}

export const METER_RADIUS_PX = 1.9;
export const POLE_RADIUS_PX = 1.5;
export const SWITCH_RADIUS_PX = 3.4;

const meterColours = memoBy((columns: MeterColumns, legend: readonly LegendEntry[]) => {
  const scale = valueScale(legend);
  return paint(columns.ids.length, (i) => opaque(scale(columns.customerClass[i]).colour, 220));
});

export function meterLayers(columns: MeterColumns, style: DrawStyle): Layer[] {
  return [dots('meters', columns, METER_RADIUS_PX, meterColours(columns, legendIn(style, 'meters')), style)];
}

export function poleLayers(columns: PointColumns, style: DrawStyle): Layer[] {
  return [dots('poles', columns, POLE_RADIUS_PX, opaque(singleColour(legendIn(style, 'poles')), 220), style)];
}

function dots(id: string, columns: PointColumns, radiiPx: number, fill: Uint8Array | Rgba, style: DrawStyle): Layer {
  return pointLayer({
    id,
    columns,
    style: { radiiPx, radiusScale: detailScale(style.zoom), fill },
    placement: style.placement,
  });
}

const switchStyle = memoBy((columns: SwitchColumns, legend: readonly LegendEntry[]) => {
  const scale = valueScale(legend);
  return {
    // Rings tell switches from transformers; an open one is hollow, a closed one dark inside.
    fill: paint(columns.ids.length, (i) => (columns.isNormallyOpen[i] === 1 ? CLEAR : RING_INSIDE)),
    outline: paint(columns.ids.length, (i) => opaque(scale(columns.kind[i]).colour)),
  };
});

export function switchLayers(columns: SwitchColumns, style: DrawStyle): Layer[] {
  return [
    pointLayer({
      id: 'switches',
      columns,
      style: {
        ...switchStyle(columns, legendIn(style, 'switches')),
        radiiPx: SWITCH_RADIUS_PX,
        radiusScale: detailScale(style.zoom),
        outlinePx: 1.6,
      },
      placement: style.placement,
    }),
  ];
}

/** Circle area grows with the customers out; 5 to 16 px. */
export const outageRadii = memoBy((columns: OutageColumns) =>
  Float32Array.from(columns.customersOut, (count) => 5 + (count > 0 ? Math.min(11, Math.sqrt(count) / 2) : 0)),
);

export function outageLayers(columns: OutageColumns, style: DrawStyle): Layer[] {
  const colour = singleColour(legendIn(style, 'outages'));
  return [
    pointLayer({
      id: 'outages',
      columns,
      style: {
        radiiPx: outageRadii(columns),
        fill: opaque(colour, 80),
        outline: opaque(colour),
        radiusScale: symbolScale(style.zoom),
        outlinePx: 1.8,
      },
      placement: style.placement,
    }),
  ];
}
