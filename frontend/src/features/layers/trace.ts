import type { Layer } from '@deck.gl/core';

import { pathsOfLines } from '../../lib/draw/lines';
import type { Lines } from '../../lib/draw/lines';
import { pathLayer } from '../../lib/draw/paths';
import { paint } from '../../lib/draw/points';
import { symbolScale } from '../../lib/draw/zoomScale';

import type { DrawStyle } from './builders/transmission';

const COLOUR = [94, 230, 255, 220] as const;
const WIDTH_PX = 5;

/** The lines that a trace found, under the layers they belong to. */
export function traceLayers(lines: Lines | null, style: DrawStyle): Layer[] {
  if (lines === null || lines.length === 0) return [];
  return [
    pathLayer({
      id: 'trace',
      paths: pathsOfLines(lines),
      style: {
        colours: paint(lines.length, () => [...COLOUR]),
        widthsPx: new Float32Array(lines.length).fill(WIDTH_PX),
        widthScale: symbolScale(style.zoom),
      },
      placement: style.placement,
    }),
  ];
}
