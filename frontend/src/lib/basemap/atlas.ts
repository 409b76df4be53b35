import type { FeatureCollection, Geometry, MultiLineString, MultiPolygon, Polygon, Position } from 'geojson';
import { feature, mesh } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import atlasUrl from 'us-atlas/counties-10m.json?url';

import { pointFeatures } from '../geojson';
import type { PointFeatures } from '../geojson';

type Named = { name: string };
type Atlas = Topology<{
  counties: GeometryCollection<Named>;
  states: GeometryCollection<Named>;
  nation: GeometryCollection;
}>;

/** The offline base map: land, county and state borders, and where their names stand. */
export interface BaseMap {
  land: FeatureCollection<Geometry, unknown>;
  countyBorders: MultiLineString;
  stateBorders: MultiLineString;
  names: PointFeatures<{ name: string; level: 'county' | 'state'; state: string }>;
}

let loading: Promise<BaseMap> | undefined;

/** Load the county map that is built into the app; one request a page. A failed load may be retried. */
export function loadBaseMap(): Promise<BaseMap> {
  loading ??= fetch(atlasUrl, { credentials: 'same-origin' })
    .then(async (response) => {
      if (!response.ok) throw new Error(`The base map answered ${response.status}.`);
      return toBaseMap((await response.json()) as Atlas);
    })
    .catch((error: unknown) => {
      loading = undefined;
      throw error;
    });
  return loading;
}

function toBaseMap(atlas: Atlas): BaseMap {
  const { counties, states, nation } = atlas.objects;
  const stateNames = new Map(feature(atlas, states).features.map(({ id, properties }) => [stateCode(id), properties.name]));
  const named = (['county', 'state'] as const).flatMap((level) =>
    feature(atlas, level === 'county' ? counties : states).features.flatMap(({ id, geometry, properties }) => {
      if (geometry.type !== 'Polygon' && geometry.type !== 'MultiPolygon') return [];
      const [lon, lat] = labelPosition(geometry);
      return [{ lon, lat, properties: { name: properties.name, level, state: stateNames.get(stateCode(id)) ?? '' } }];
    }),
  );
  return {
    land: feature(atlas, nation),
    countyBorders: mesh(atlas, counties, (a, b) => a !== b && Math.floor(Number(a.id) / 1_000) === Math.floor(Number(b.id) / 1_000)),
    stateBorders: mesh(atlas, states, (a, b) => a !== b),
    names: pointFeatures(named),
  };
}

/** Code of the state that a county or a state is of: the first two digits of its FIPS code. */
function stateCode(id: string | number | undefined): string {
  return String(id ?? '').slice(0, 2);
}

/** Area centroid of the largest ring: inside nearly all counties and states, and cheap. */
export function labelPosition(geometry: Polygon | MultiPolygon): [number, number] {
  const rings = geometry.type === 'Polygon' ? [geometry.coordinates[0]] : geometry.coordinates.map((part) => part[0]);
  let best: [number, number] = [Number.NaN, Number.NaN];
  let largest = -1;
  for (const ring of rings) {
    if (ring === undefined) continue;
    const { area, centroid } = ringCentroid(ring);
    if (area > largest) [largest, best] = [area, centroid];
  }
  return best;
}

function ringCentroid(ring: Position[]): { area: number; centroid: [number, number] } {
  const [originX = 0, originY = 0] = ring[0] ?? [];
  let [doubleArea, x, y] = [0, 0, 0];
  for (let i = 0; i + 1 < ring.length; i += 1) {
    // Relative to the first point: the sums keep their digits for small rings far from the origin.
    const [ax, ay] = [(ring[i]?.[0] ?? 0) - originX, (ring[i]?.[1] ?? 0) - originY];
    const [bx, by] = [(ring[i + 1]?.[0] ?? 0) - originX, (ring[i + 1]?.[1] ?? 0) - originY];
    const cross = ax * by - bx * ay;
    doubleArea += cross;
    x += (ax + bx) * cross;
    y += (ay + by) * cross;
  }
  if (doubleArea === 0) return { area: 0, centroid: [originX, originY] };
  return {
    area: Math.abs(doubleArea / 2),
    centroid: [originX + x / (3 * doubleArea), originY + y / (3 * doubleArea)],
  };
}
