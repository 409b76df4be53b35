import type { FilterSpecification, LayerSpecification } from 'maplibre-gl';

/** A layer of the style without its source, which is that of its tiles. */
export type TileStyleLayer = Extract<LayerSpecification, { type: 'fill' | 'line' | 'circle' | 'fill-extrusion' }> extends infer L
  ? L extends { source: string }
    ? Omit<L, 'source' | 'source-layer'>
    : never
  : never;

/** What the features of a layer look like as bodies, made here from points of its tiles. */
export interface TileSolids {
  minZoom: number;
  /** Bodies of the points now in view. */
  make: (points: readonly TilePoint[]) => GeoJSON.FeatureCollection;
  layers: readonly TileStyleLayer[];
}

export interface TilePoint {
  lon: number;
  lat: number;
  properties: Readonly<Record<string, unknown>>;
}

/** One layer of the server's tiles as it is drawn now. */
export interface TileLayerSpec {
  key: string;
  /** Address of its tiles on this server, with `{z}`, `{x}` and `{y}`. */
  tilesUrl: string;
  /** Changes when the same address gives other tiles. */
  version: string;
  maxZoom: number;
  layers: readonly TileStyleLayer[];
  solids: TileSolids | null;
}

/** A feature of a tile under the pointer. */
export interface TileHit {
  key: string;
  properties: Readonly<Record<string, unknown>>;
  lon: number;
  lat: number;
}

export type TileFilter = FilterSpecification;
