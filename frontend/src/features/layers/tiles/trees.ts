import type { TilePoint, TileSolids } from '../../../lib/tiles/spec';

const CORNERS = 8;
/** At the equator and along a meridian; within 0.6 % everywhere, of a crown of a few metres. */
const METRES_PER_DEGREE = 111_320;
const TRUNK_M = 0.3;

/** Part of a tree: from and to as parts of its height, radius as part of its crown's. */
const CROWN: readonly { from: number; to: number; radius: number }[] = [
  { from: 0.3, to: 0.7, radius: 1 },
  { from: 0.7, to: 0.88, radius: 0.75 },
  { from: 0.88, to: 1, radius: 0.4 },
];

/** Trunk and crown of each tree in their true height and width; trees of unknown size have no body. */
export function treeBodies(trees: readonly TilePoint[]): GeoJSON.FeatureCollection {
  const features = trees.flatMap((tree): GeoJSON.Feature[] => {
    const { height_m: height, crown_radius_m: crown } = tree.properties;
    if (typeof height !== 'number' || typeof crown !== 'number') return [];
    const part = (name: string, radiusM: number, from: number, to: number): GeoJSON.Feature => ({
      type: 'Feature',
      geometry: { type: 'Polygon', coordinates: [ringAround(tree, radiusM)] },
      properties: { ...tree.properties, part: name, from_m: from * height, to_m: to * height },
    });
    return [
      part('trunk', Math.min(TRUNK_M, crown), 0, 0.35),
      ...CROWN.map(({ from, to, radius }) => part('crown', crown * radius, from, to)),
    ];
  });
  return { type: 'FeatureCollection', features };
}

function ringAround({ lon, lat }: TilePoint, radiusM: number): GeoJSON.Position[] {
  const dLat = radiusM / METRES_PER_DEGREE;
  const dLon = dLat / Math.cos((lat * Math.PI) / 180);
  const corner = (i: number): GeoJSON.Position => {
    const angle = (2 * Math.PI * (i % CORNERS)) / CORNERS;
    return [lon + dLon * Math.cos(angle), lat + dLat * Math.sin(angle)];
  };
  return Array.from({ length: CORNERS + 1 }, (_, i) => corner(i));
}

/** From where on trees are drawn as bodies; below they are marks. */
export const BODIES_FROM_ZOOM = 14;
const BARK = '#8a6a4c';

export function treeSolids(colour: unknown, opacity: number, filter: unknown): TileSolids {
  const heights = { 'fill-extrusion-base': ['get', 'from_m'], 'fill-extrusion-height': ['get', 'to_m'] };
  const layer = (part: string, paint: object): object => ({
    id: part,
    type: 'fill-extrusion',
    minzoom: BODIES_FROM_ZOOM,
    filter: filter === null ? ['==', ['get', 'part'], part] : ['all', ['==', ['get', 'part'], part], filter],
    paint: { ...paint, ...heights, 'fill-extrusion-opacity': opacity },
  });
  return {
    minZoom: BODIES_FROM_ZOOM,
    make: treeBodies,
    layers: [layer('trunk', { 'fill-extrusion-color': BARK }), layer('crown', { 'fill-extrusion-color': colour })] as TileSolids['layers'],
  };
}
