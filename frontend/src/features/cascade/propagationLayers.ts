import type { Layer } from '@deck.gl/core';

import { pathsOfLines } from '../../lib/draw/lines';
import type { Lines } from '../../lib/draw/lines';
import { pathLayer } from '../../lib/draw/paths';
import { pointLayer } from '../../lib/draw/points';
import type { Placement } from '../../lib/draw/points';
import { symbolScale } from '../../lib/draw/zoomScale';
import { memoBy } from '../../lib/memo';

import { sparksAt } from './run/propagation';
import { waveColour } from './waveColours';

interface Style {
  zoom: number;
  placement: Placement;
  wave: number;
  lastWave: number;
  /** How far the sparks have run, 0 to 1; null: they are at rest. */
  progress: number | null;
}

const SPARK = [255, 255, 255] as const;

const endsOf = memoBy((curves: Lines) => {
  const ends = curves.flatMap((curve) => curve.slice(-1));
  return {
    ids: ends.map((_, i) => String(i)),
    lon: Float64Array.from(ends, ([lon]) => lon),
    lat: Float64Array.from(ends, ([, lat]) => lat),
  };
});
const pathsMemo = memoBy((curves: Lines) => pathsOfLines(curves));

/** Curves from each loss to what it led to in the wave; a dot marks the trip, sparks run towards it. */
export function propagationLayers(curves: Lines, style: Style): Layer[] {
  if (curves.length === 0) return [];
  const { placement, progress } = style;
  const colour = waveColour(style.wave, style.lastWave);
  const widthScale = symbolScale(style.zoom);
  const layer = (id: string, lines: Lines, paths: ReturnType<typeof pathsOfLines>, rgba: readonly number[], widthPx: number): Layer =>
    pathLayer({
      id,
      paths,
      style: {
        colours: Uint8Array.from(lines.flatMap(() => rgba)),
        widthsPx: Float32Array.from(lines, () => widthPx),
        widthScale,
      },
      placement,
    });
  const sparks = progress === null ? [] : sparksAt(curves, progress);
  return [
    layer('cascade-paths', curves, pathsMemo(curves), [...colour, 150], 1.4),
    ...(sparks.length === 0 ? [] : [layer('cascade-sparks', sparks, pathsOfLines(sparks), [...SPARK, 235], 2.2)]),
    pointLayer({
      id: 'cascade-path-ends',
      columns: endsOf(curves),
      style: { radiiPx: 2.6, fill: [...colour, 255], outline: [9, 14, 19, 230], outlinePx: 1, radiusScale: widthScale },
      placement,
    }),
  ];
}
