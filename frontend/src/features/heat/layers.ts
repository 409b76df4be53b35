import type { Layer } from '@deck.gl/core';
import { SolidPolygonLayer } from '@deck.gl/layers';

import type { Placement } from '../../lib/draw/points';

import { ringOf } from './cells';
import type { HeatCell } from './queries';
import { heatColour } from './scale';
import type { HeatScale } from './scale';

/** The tallest tower, in pixels of a map seen straight down. */
const TALLEST_PX = 140;
const EQUATOR_M = 40_075_016.7;

interface Style {
  zoom: number;
  lat: number;
  isTowers: boolean;
  placement: Placement;
  /** The largest value, which the tallest tower has. */
  maximum: number | null;
}

/** Metres on the ground that a pixel of the map covers. */
export function metresPerPixel(zoom: number, lat: number): number {
  return (EQUATOR_M * Math.cos((lat * Math.PI) / 180)) / (512 * 2 ** zoom);
}

/** The cells as tiles of colour, or as towers as tall as their values. */
export function heatLayers(cells: readonly HeatCell[], scale: HeatScale, selected: string | null, style: Style): Layer[] {
  const { isTowers, maximum } = style;
  return [
    new SolidPolygonLayer<HeatCell>({
      id: isTowers ? 'heat-towers' : 'heat',
      data: cells,
      ...style.placement,
      positionFormat: 'XY',
      extruded: isTowers,
      getPolygon: ringOf,
      getElevation: ({ value }) => (value === null || maximum === null || maximum <= 0 ? 0 : Math.max(0, value) / maximum),
      // Only a uniform changes with the zoom.
      elevationScale: TALLEST_PX * metresPerPixel(style.zoom, style.lat),
      getFillColor: ({ value, cell }) => [...heatColour(scale, value), cell === selected ? 255 : value === null ? 70 : isTowers ? 220 : 150],
      updateTriggers: { getFillColor: [scale, selected, isTowers], getElevation: maximum },
      parameters: isTowers ? { depthCompare: 'less-equal', depthWriteEnabled: true } : { depthCompare: 'always', depthWriteEnabled: false },
    }),
  ];
}
