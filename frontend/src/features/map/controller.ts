import type { LayersList } from '@deck.gl/core';
import { MapLibreOverlay } from '@deck.gl/maplibre';
import type { GeoJSONSource, Map as MapLibreMap } from 'maplibre-gl';

import { createBaseMap } from '../../lib/basemap/maplibre';
import { FIRST_LABEL_LAYER, SUBSTATION_LABEL_SOURCE, substationLabels } from '../../lib/basemap/style';
import type { Bounds } from '../../lib/boundsGrid';
import type { BufferPatch } from '../../lib/draw/patch';
import type { PointFeatures } from '../../lib/geojson';
import type { Viewport } from '../../lib/mapView';
import type { ColourScheme } from '../../lib/preferences';
import type { TileHit, TileLayerSpec } from '../../lib/tiles/spec';

import { trackIdle } from './idle';
import type { IdleTracker } from './idle';
import { ownLayers } from './ownLayers';
import { patchLayer } from './patchLayer';
import { MapPointer } from './pointer';
import type { PointerEvents } from './pointer';
import { TileLayers } from './tileLayers';

export type LabelFeatures = PointFeatures<{ name: string; rank: number }>;

export interface MapEvents extends PointerEvents {
  onViewport: (viewport: Viewport, bounds: Bounds) => void;
}

/** Layers that move by themselves. */
export interface Animation {
  /** From one frame to the next, milliseconds: between two of them the map comes to rest. */
  frameMs: number;
  draw: (elapsedMs: number) => LayersList;
}

/** An unseen layer of the style: tiles are drawn below it, deck.gl's layers above. */
const TILES_BEFORE = 'tiles-end';
const TILT_DEG = 50;

const NO_LABELS: LabelFeatures = { type: 'FeatureCollection', features: [] };

/**
 * One MapLibre map with deck.gl layers between its base map and its labels.
 *
 * Lives outside React: the component tells it what to draw and hears what the pointer does.
 */
export class MapController {
  private readonly overlay = new MapLibreOverlay({ interleaved: true, layers: [] });
  private readonly idle: IdleTracker;
  private layers: LayersList = [];
  private readonly pointer: MapPointer;
  private readonly tiles: TileLayers;
  private frames: ReturnType<typeof setInterval> | null = null;
  private moving: LayersList = [];
  /** What the overlay was last given: these hold the buffers. */
  private drawn: LayersList = [];
  private layersFrame: number | null = null;

  private constructor(
    private readonly map: MapLibreMap,
    private readonly events: MapEvents,
    private readonly scheme: ColourScheme,
  ) {
    this.idle = trackIdle(map, () => this.layers);
    this.tiles = new TileLayers(map, TILES_BEFORE);
    this.pointer = new MapPointer(map, events);
  }

  static async create(options: {
    container: HTMLElement;
    viewport: Viewport;
    styleUrl: string | null;
    scheme: ColourScheme;
    events: MapEvents;
    signal: AbortSignal;
  }): Promise<MapController> {
    const { container, viewport, styleUrl, scheme, events, signal } = options;
    const map = await createBaseMap({
      container,
      styleUrl,
      scheme,
      hasZoomButtons: false,
      center: [viewport.lng, viewport.lat],
      zoom: viewport.zoom,
    });
    const abort = (): void => map.remove();
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    signal.throwIfAborted();
    // Added any earlier, the overlay ignores where among the base map's layers it belongs.
    await new Promise<void>((resolve) => {
      void map.once('load', () => resolve());
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    signal.throwIfAborted();
    signal.removeEventListener('abort', abort);
    const controller = new MapController(map, events, scheme);
    controller.start();
    return controller;
  }

  private start(): void {
    const { map, events } = this;
    if (map.getSource(SUBSTATION_LABEL_SOURCE) === undefined) {
      map.addSource(SUBSTATION_LABEL_SOURCE, { type: 'geojson', data: NO_LABELS });
      map.addLayer(substationLabels(this.scheme));
    }
    const first = map.getLayer(DRAW_BEFORE) === undefined ? undefined : DRAW_BEFORE;
    map.addLayer({ id: TILES_BEFORE, type: 'background', layout: { visibility: 'none' } }, first);
    map.addControl(this.overlay);
    map.getCanvas().setAttribute('aria-label', 'Map of the grid. Arrow keys move it, plus and minus zoom.');
    map.on('moveend', () => events.onViewport(this.viewport(), this.bounds()));
    events.onViewport(this.viewport(), this.bounds());
  }

  setLayers(layers: LayersList): void {
    this.layers = ownLayers(layers, this);
    this.idle.touch();
    // However often the data change, they are handed over once a frame.
    this.layersFrame ??= requestAnimationFrame(() => {
      this.layersFrame = null;
      this.show();
    });
  }

  private show(): void {
    this.drawn = this.layers;
    this.overlay.setProps({ layers: [...this.layers, ...this.moving] });
  }

  /** Hand parts of buffers to the graphics card; nothing else of the layers is looked at. */
  patch(patches: readonly BufferPatch[]): void {
    for (const patch of patches) patchLayer(this.drawn, patch);
  }

  setTiles(specs: readonly TileLayerSpec[]): void {
    this.tiles.set(specs);
    this.idle.touch();
  }

  refreshTiles(key: string): void {
    this.tiles.refresh(key);
  }

  tileAt(x: number, y: number): TileHit | null {
    return this.tiles.at(x, y);
  }

  /** Look at the map from the south and above, or straight down. */
  setTilted(isTilted: boolean): void {
    const pitch = isTilted ? TILT_DEG : 0;
    if (isTilted) this.map.setMaxPitch(TILT_DEG);
    if (this.map.getPitch() !== pitch) this.map.easeTo({ pitch, duration: 400 });
  }

  /** Layers above all others that change by themselves; null: none. */
  setAnimation(animation: Animation | null): void {
    if (this.frames !== null) clearInterval(this.frames);
    this.frames = null;
    this.moving = [];
    if (animation !== null) {
      const beganAt = performance.now();
      const step = (): void => {
        if (document.hidden) return;
        this.moving = animation.draw(performance.now() - beganAt);
        this.show();
      };
      this.frames = setInterval(step, animation.frameMs);
      step();
    } else this.show();
  }

  setLabels(labels: LabelFeatures): void {
    void this.map.getSource<GeoJSONSource>(SUBSTATION_LABEL_SOURCE)?.setData(labels);
    this.idle.touch();
  }

  /** Whether data for the view is still on its way: the map is not idle until it has come. */
  setPending(isPending: boolean): void {
    this.idle.setPending(isPending);
  }

  setCursor(cursor: 'pointer' | 'crosshair' | ''): void {
    this.map.getCanvas().style.cursor = cursor;
  }

  flyTo(target: Viewport): void {
    this.map.easeTo({ center: [target.lng, target.lat], zoom: target.zoom, duration: 600 });
  }

  zoomBy(levels: number): void {
    this.map.easeTo({ zoom: this.map.getZoom() + levels, duration: 300 });
  }

  /** Show these bounds whole, with room for what lies over the map's edges. */
  fit([west, south, east, north]: Bounds): void {
    const { clientWidth, clientHeight } = this.map.getContainer();
    const padding = Math.min(80, clientWidth / 6, clientHeight / 6);
    this.map.fitBounds([[west, south], [east, north]], { padding, maxZoom: 18, duration: 600, linear: true });
  }

  /** The map as it is drawn now, labels included. Its buffer lives as long as the frame, so it is copied within. */
  picture(): Promise<HTMLCanvasElement> {
    const { map } = this;
    return new Promise((resolve, reject) => {
      void map.once('render', () => {
        const shown = map.getCanvas();
        const copy = document.createElement('canvas');
        copy.width = shown.width;
        copy.height = shown.height;
        const context = copy.getContext('2d');
        if (context === null) {
          reject(new Error('This browser gives no canvas to draw on.'));
          return;
        }
        context.drawImage(shown, 0, 0);
        resolve(copy);
      });
      map.triggerRepaint();
    });
  }

  jumpTo(target: Viewport): void {
    this.map.jumpTo({ center: [target.lng, target.lat], zoom: target.zoom });
  }

  viewport(): Viewport {
    const center = this.map.getCenter();
    return { lng: center.lng, lat: center.lat, zoom: this.map.getZoom() };
  }

  bounds(): Bounds {
    const box = this.map.getBounds();
    return [box.getWest(), box.getSouth(), box.getEast(), box.getNorth()];
  }

  destroy(): void {
    this.pointer.destroy();
    if (this.frames !== null) clearInterval(this.frames);
    if (this.layersFrame !== null) cancelAnimationFrame(this.layersFrame);
    this.idle.stop();
    this.tiles.destroy();
    this.map.removeControl(this.overlay);
    this.map.remove();
  }
}

/** The base-map layer that data layers go under, for deck.gl's `beforeId`. */
export const DRAW_BEFORE = FIRST_LABEL_LAYER;
