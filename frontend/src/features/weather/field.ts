import type { Layer } from '@deck.gl/core';
import { BitmapLayer } from '@deck.gl/layers';

import type { Placement } from '../../lib/draw/points';
import { memoBy } from '../../lib/memo';

import { colourOf } from './measures';
import type { MeasureLook } from './measures';
import type { WeatherField, WeatherGrid } from './queries';

export function fieldOf(grid: WeatherGrid, measure: MeasureLook): WeatherField | null {
  return grid.fields.find((field) => field.measure === measure.key) ?? null;
}

/** The value of the grid's cell at a place; null where it is not known or outside. */
export function valueAt(grid: WeatherGrid, field: WeatherField, lon: number, lat: number): number | null {
  const [west = 0, south = 0, east = 0, north = 0] = grid.bbox;
  const column = Math.floor(((lon - west) / (east - west)) * grid.columnCount);
  const row = Math.floor(((north - lat) / (north - south)) * grid.rowCount);
  if (column < 0 || row < 0 || column >= grid.columnCount || row >= grid.rowCount) return null;
  return field.values[row * grid.columnCount + column] ?? null;
}

/** The field as an image, row by row from the north. */
export const imageOf = memoBy((grid: WeatherGrid, measure: MeasureLook) => {
  const field = fieldOf(grid, measure);
  const data = new Uint8ClampedArray(4 * grid.columnCount * grid.rowCount);
  field?.values.forEach((value, i) => data.set(colourOf(measure, value ?? null), 4 * i));
  return { data, width: grid.columnCount, height: grid.rowCount };
});

export function weatherLayers(grid: WeatherGrid, measure: MeasureLook, placement: Placement): Layer[] {
  const [west = 0, south = 0, east = 0, north = 0] = grid.bbox;
  const { data, width, height } = imageOf(grid, measure);
  return [
    new BitmapLayer({
      id: 'weather-field',
      ...placement,
      image: new ImageData(data, width, height),
      bounds: [west, south, east, north],
      _imageCoordinateSystem: 'lnglat',
      parameters: { depthCompare: 'always', depthWriteEnabled: false },
    }),
  ];
}
