import type { LayersList } from '@deck.gl/core';
import { MapLibreOverlay } from '@deck.gl/maplibre';
import type { GeoJSONSource, Map as MapLibreMap, MapMouseEvent } from 'maplibre-gl';

import { createBaseMap } from '../../lib/basemap/maplibre';
import { FIRST_LABEL_LAYER, SUBSTATION_LABEL_SOURCE, substationLabels } from '../../lib/basemap/style';
import type { Bounds } from '../../lib/boundsGrid';
import type { PointFeatures } from '../../lib/geojson';
import type { Viewport } from '../../lib/mapView';
import type { ColourScheme } from '../../lib/preferences';

import { trackIdle } from './idle';
import type { IdleTracker } from './idle';

export interface PointerPosition {
  lng: number;
  lat: number;
  zoom: number;
  /** Pixels from the map's top left corner. */
  x: number;
  y: number;
}

export type LabelFeatures = PointFeatures<{ name: string; rank: number }>;

export interface MapEvents {
  onViewport: (viewport: Viewport, bounds: Bounds) => void;
  /** null: the pointer has left the map or the map is being moved. */
  onPointerMove: (at: PointerPosition | null) => void;
  onClick: (at: PointerPosition) => void;
}

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
  private pointerFrame: number | null = null;

  private constructor(
    private readonly map: MapLibreMap,
    private readonly events: MapEvents,
    private readonly scheme: ColourScheme,
  ) {
    this.idle = trackIdle(map, () => this.layers);
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
    map.addControl(this.overlay);
    map.getCanvas().setAttribute('aria-label', 'Map of the grid. Arrow keys move it, plus and minus zoom.');
    map.on('moveend', () => events.onViewport(this.viewport(), this.bounds()));
    map.on('movestart', () => events.onPointerMove(null));
    map.on('mousemove', (event) => this.pointerMoved(event));
    map.on('mouseout', () => this.pointerMoved(null));
    map.on('click', (event) => events.onClick(this.position(event)));
    events.onViewport(this.viewport(), this.bounds());
  }

  setLayers(layers: LayersList): void {
    this.layers = layers;
    this.overlay.setProps({ layers });
    this.idle.touch();
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
    if (this.pointerFrame !== null) cancelAnimationFrame(this.pointerFrame);
    this.idle.stop();
    this.map.removeControl(this.overlay);
    this.map.remove();
  }

  private position(event: MapMouseEvent): PointerPosition {
    const { lng, lat } = event.lngLat;
    return { lng, lat, zoom: this.map.getZoom(), x: event.point.x, y: event.point.y };
  }

  /** At most one look-up per frame, however fast the pointer moves. */
  private pointerMoved(event: MapMouseEvent | null): void {
    if (this.pointerFrame !== null) cancelAnimationFrame(this.pointerFrame);
    this.pointerFrame = requestAnimationFrame(() => {
      this.pointerFrame = null;
      this.events.onPointerMove(event === null || this.map.isMoving() ? null : this.position(event));
    });
  }
}

/** The base-map layer that data layers go under, for deck.gl's `beforeId`. */
export const DRAW_BEFORE = FIRST_LABEL_LAYER;
