import { describe, expect, it } from 'vitest';

import { imageOf, valueAt } from './field';
import { nearestHour, stepped, timesOf } from './hours';
import { colourOf, WEATHER_MEASURES } from './measures';
import type { WeatherGrid } from './queries';

const [temperature, , , rain] = WEATHER_MEASURES;
if (temperature === undefined || rain === undefined) throw new Error('There are four measures.');
const HOUR = 3_600_000;

const GRID: WeatherGrid = {
  at: '2026-07-01T14:00:00+00:00',
  bbox: [-96, 29, -94, 30],
  columnCount: 2,
  rowCount: 2,
  method: 'inverse distance weighting',
  maxDistanceKm: 50,
  // Row by row from the north: north-west, north-east, south-west, south-east.
  fields: [
    { measure: 'TEMPERATURE', unit: '°C', values: [10, 20, 30, null], minimum: 10, maximum: 30, stationCount: 3, leaveOneOutRmse: null, reason: null },
  ],
};

describe('the field of the weather', () => {
  const field = GRID.fields[0];
  if (field === undefined) throw new Error('The grid has a field.');

  it('is read at a place, from the north', () => {
    expect(valueAt(GRID, field, -95.5, 29.75)).toBe(10);
    expect(valueAt(GRID, field, -94.5, 29.75)).toBe(20);
    expect(valueAt(GRID, field, -95.5, 29.25)).toBe(30);
  });

  it('is unknown where no station is near, and outside', () => {
    expect(valueAt(GRID, field, -94.5, 29.25)).toBeNull();
    expect(valueAt(GRID, field, -97, 29.25)).toBeNull();
    expect(valueAt(GRID, field, -95.5, 30.1)).toBeNull();
  });

  it('is an image whose unknown cells are clear', () => {
    const { data, width, height } = imageOf(GRID, temperature);
    expect([width, height]).toEqual([2, 2]);
    expect([...data.slice(0, 4)]).toEqual(colourOf(temperature, 10));
    expect([...data.slice(12)]).toEqual([0, 0, 0, 0]);
  });

  it('has the colour between two stops, and of the last beyond them', () => {
    const stops = temperature.stops;
    expect(colourOf(temperature, 1_000).slice(0, 3)).toEqual(stops.at(-1)?.colour);
    expect(colourOf(temperature, -1_000).slice(0, 3)).toEqual(stops[0]?.colour);
    expect(colourOf(temperature, 5).slice(0, 3)).toEqual([80, 160, 205]);
    expect(colourOf(rain, 0)[3]).toBe(0);
  });

  it('is told in the units of the reader; an error of temperature is a difference', () => {
    expect(temperature.format(10, 'us')).toBe('50.0\u00a0°F');
    expect(temperature.formatError(1, 'us')).toBe('1.8\u00a0°F');
  });
});

describe('the hours on record', () => {
  const times = timesOf([{ at: '2026-07-01T02:00Z' }, { at: '2026-07-01T00:00Z' }, { at: '2026-07-01T01:00Z' }, { at: '2026-07-02T12:00Z' }]);

  it('rise, and the newest is shown first', () => {
    expect(times.map((time) => (time - (times[0] ?? 0)) / HOUR)).toEqual([0, 1, 2, 36]);
    expect(nearestHour(times, null)).toBe(3);
    expect(nearestHour(times, (times[0] ?? 0) + 1.4 * HOUR)).toBe(1);
  });

  it('are stepped through over gaps, and not beyond the ends', () => {
    expect(stepped(times, 0, 1)).toBe(1);
    expect(stepped(times, 2, 1)).toBe(3);
    expect(stepped(times, 3, -24)).toBe(2);
    expect(stepped(times, 3, 24)).toBe(3);
    expect(stepped(times, 0, -1)).toBe(0);
    expect(stepped([], 0, 1)).toBe(0);
  });
});
