import { addProtocol } from 'maplibre-gl';
import type { AllPaintProperties, GeoJSONSource, Map as MapLibreMap, VectorTileSource } from 'maplibre-gl';

import { TileLoader } from '../../lib/tiles/loader';
import type { TileHit, TileLayerSpec, TilePoint, TileStyleLayer } from '../../lib/tiles/spec';

const PROTOCOL = 'flux-tiles';
const PREFIX = 'tiles-';
const SOLIDS_SUFFIX = '-solids';
/** Rows are looked for this far around the pointer. */
const REACH_PX = 4;
const NONE: GeoJSON.FeatureCollection = { type: 'FeatureCollection', features: [] };

/** Shared by all maps of the page: tiles are asked for few at a time in all. */
export const tileLoader = new TileLoader();

addProtocol(PROTOCOL, async ({ url }, { signal }) => {
  // flux-tiles://buildings/3/tiles/buildings/14/3855/6772.mvt: whose tile it is, of which refresh, and its address.
  const [key = '', , ...path] = url.slice(PROTOCOL.length + 3).split('/');
  return { data: await tileLoader.load(key, `/${path.join('/')}`, signal) };
});

/** Draws layers of the server's vector tiles under everything that deck.gl draws. */
export class TileLayers {
  private readonly shown = new Map<string, { spec: TileLayerSpec; refresh: number }>();
  /** Of which points the bodies of a layer were made. */
  private readonly solidsDrawn = new Map<string, string>();
  private solidsTimer: ReturnType<typeof setTimeout> | null = null;

  constructor(
    private readonly map: MapLibreMap,
    private readonly beforeId: string,
  ) {
    map.on('moveend', this.makeSolidsSoon);
    map.on('sourcedata', (event) => {
      if (event.sourceId.startsWith(PREFIX) && !event.sourceId.endsWith(SOLIDS_SUFFIX)) this.makeSolidsSoon();
    });
  }

  /** Draw these and nothing else; the first lies lowest. */
  set(specs: readonly TileLayerSpec[]): void {
    // A map whose style has gone, as when the colours change, draws nothing more.
    if (this.map.getLayer(this.beforeId) === undefined) return;
    const wanted = new Set(specs.map((spec) => spec.key));
    for (const key of [...this.shown.keys()]) if (!wanted.has(key)) this.remove(key);
    for (const spec of specs) this.draw(spec);
    // In the order given, whatever order they came in.
    for (const { layers, key, solids } of specs) {
      for (const layer of [...layers, ...(solids?.layers ?? [])]) this.map.moveLayer(layerId(key, layer.id), this.beforeId);
    }
    this.makeSolidsSoon();
  }

  /** Ask for the tiles of a layer anew. */
  refresh(key: string): void {
    const entry = this.shown.get(key);
    if (entry === undefined) return;
    entry.refresh += 1;
    this.map.getSource<VectorTileSource>(PREFIX + key)?.setTiles([template(entry.spec, entry.refresh)]);
  }

  /** The topmost feature at a pixel of the map, or null. */
  at(x: number, y: number): TileHit | null {
    const layers = [...this.shown.values()].flatMap(({ spec }) =>
      [...spec.layers, ...(spec.solids?.layers ?? [])].map((layer) => layerId(spec.key, layer.id)),
    );
    if (layers.length === 0) return null;
    const [found] = this.map.queryRenderedFeatures(
      [
        [x - REACH_PX, y - REACH_PX],
        [x + REACH_PX, y + REACH_PX],
      ],
      { layers },
    );
    if (found === undefined) return null;
    const { geometry, properties } = found;
    const place = this.map.unproject([x, y]);
    const [lon = place.lng, lat = place.lat] = geometry.type === 'Point' ? geometry.coordinates : [];
    const key = found.source.slice(PREFIX.length).replace(SOLIDS_SUFFIX, '');
    return { key, properties, lon, lat };
  }

  destroy(): void {
    if (this.solidsTimer !== null) clearTimeout(this.solidsTimer);
    for (const key of this.shown.keys()) tileLoader.forget(key);
    this.shown.clear();
  }

  private draw(spec: TileLayerSpec): void {
    const { map } = this;
    const before = this.shown.get(spec.key);
    const id = PREFIX + spec.key;
    if (before === undefined) {
      map.addSource(id, { type: 'vector', tiles: [template(spec, 0)], minzoom: 0, maxzoom: spec.maxZoom });
      if (spec.solids !== null) map.addSource(id + SOLIDS_SUFFIX, { type: 'geojson', data: NONE });
    }
    this.shown.set(spec.key, { spec, refresh: before?.refresh ?? 0 });
    const gone = (before?.spec.layers ?? []).filter((old) => !spec.layers.some((layer) => layer.id === old.id));
    for (const layer of gone) map.removeLayer(layerId(spec.key, layer.id));
    for (const layer of spec.layers) this.drawLayer(layer, { id: layerId(spec.key, layer.id), source: id, 'source-layer': spec.key });
    for (const layer of spec.solids?.layers ?? []) {
      this.drawLayer(layer, { id: layerId(spec.key, layer.id), source: id + SOLIDS_SUFFIX });
    }
    if (before !== undefined && before.spec.version !== spec.version) this.refresh(spec.key);
  }

  /** Add a layer, or change what differs: a moved slider builds nothing anew. */
  private drawLayer(layer: TileStyleLayer, place: { id: string; source: string; 'source-layer'?: string }): void {
    const { map } = this;
    if (map.getLayer(place.id) === undefined) {
      map.addLayer({ ...layer, ...place }, this.beforeId);
      return;
    }
    map.setFilter(place.id, layer.filter ?? null);
    map.setLayerZoomRange(place.id, layer.minzoom ?? 0, layer.maxzoom ?? 24);
    for (const [name, value] of paintOf(layer)) map.setPaintProperty(place.id, name, value);
  }

  private remove(key: string): void {
    const entry = this.shown.get(key);
    if (entry === undefined) return;
    const { spec } = entry;
    for (const layer of [...spec.layers, ...(spec.solids?.layers ?? [])]) this.map.removeLayer(layerId(key, layer.id));
    this.map.removeSource(PREFIX + key);
    if (spec.solids !== null) this.map.removeSource(PREFIX + key + SOLIDS_SUFFIX);
    this.shown.delete(key);
    this.solidsDrawn.delete(key);
    tileLoader.forget(key);
  }

  /** Many tiles may come at once; bodies are made when they have. */
  private readonly makeSolidsSoon = (): void => {
    if (this.solidsTimer !== null) return;
    if (![...this.shown.values()].some(({ spec }) => spec.solids !== null)) return;
    this.solidsTimer = setTimeout(() => {
      this.solidsTimer = null;
      for (const { spec } of this.shown.values()) this.makeSolids(spec);
    }, 120);
  };

  private makeSolids(spec: TileLayerSpec): void {
    const { solids, key } = spec;
    const source = this.map.getSource<GeoJSONSource>(PREFIX + key + SOLIDS_SUFFIX);
    if (solids === null || source === undefined) return;
    if (this.map.getZoom() < solids.minZoom) return;
    const points = new Map<unknown, TilePoint>();
    for (const { geometry, properties } of this.map.querySourceFeatures(PREFIX + key, { sourceLayer: key })) {
      if (geometry.type !== 'Point' || properties.is_aggregate === true) continue;
      const [lon, lat] = geometry.coordinates;
      // A row on the edge is in the tiles of both sides.
      if (lon !== undefined && lat !== undefined) points.set(properties.id, { lon, lat, properties });
    }
    const signature = [...points.values()].map(({ properties }) => Object.values(properties).join()).sort().join(' ');
    if (this.solidsDrawn.get(key) === signature) return;
    this.solidsDrawn.set(key, signature);
    void source.setData(solids.make([...points.values()]));
  }
}

type Paint = { [K in keyof AllPaintProperties]-?: [K, AllPaintProperties[K]] }[keyof AllPaintProperties];

function paintOf(layer: TileStyleLayer): Paint[] {
  return Object.entries(layer.paint ?? {}) as Paint[];
}

function layerId(key: string, id: string): string {
  return `${PREFIX}${key}-${id}`;
}

function template(spec: TileLayerSpec, refresh: number): string {
  return `${PROTOCOL}://${spec.key}/${refresh}${spec.tilesUrl}`;
}
