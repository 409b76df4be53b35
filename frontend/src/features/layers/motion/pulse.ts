import type { Layer } from '@deck.gl/core';

import { singleColour } from '../../../lib/colourScale';
import type { OutageColumns } from '../../../lib/columns/layers';
import { faded } from '../../../lib/draw/faded';
import { pointLayer } from '../../../lib/draw/points';
import { symbolScale } from '../../../lib/draw/zoomScale';
import { outageRadii } from '../builders/distribution';
import { legendIn, opaque } from '../builders/transmission';
import type { DrawStyle } from '../builders/transmission';

const PERIOD_MS = 1_800;
const GROWTH = 1.6;

/** A ring that leaves each active outage and fades; from frame to frame only uniforms change. */
export function pulseLayers(columns: OutageColumns, elapsedMs: number, style: DrawStyle): Layer[] {
  const phase = (elapsedMs % PERIOD_MS) / PERIOD_MS;
  return [
    faded(pointLayer({
      id: 'outage-pulse',
      columns,
      style: {
        radiiPx: outageRadii(columns),
        radiusScale: symbolScale(style.zoom) * (1 + GROWTH * phase),
        fill: [0, 0, 0, 0],
        outline: opaque(singleColour(legendIn(style, 'outages'))),
        outlinePx: 2,
      },
      placement: style.placement,
    }), (1 - phase) ** 2),
  ];
}
