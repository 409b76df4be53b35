import type { Map as MapLibreMap, MapMouseEvent, MapTouchEvent } from 'maplibre-gl';

export interface PointerPosition {
  lng: number;
  lat: number;
  zoom: number;
  /** Pixels from the map's top left corner. */
  x: number;
  y: number;
}

/** Follows the pointer from where it went down; the map stays. */
export interface Drag {
  onMove: (at: PointerPosition) => void;
  /** Let go; `hasMoved`: farther than a trembling hand. */
  onEnd: (hasMoved: boolean) => void;
}

export interface PointerEvents {
  /** null: the pointer has left the map or the map is being moved. */
  onPointerMove: (at: PointerPosition | null) => void;
  onClick: (at: PointerPosition) => void;
  /** True: it was for something else than zooming. */
  onDoubleClick: (at: PointerPosition) => boolean;
  /** The button or a finger went down; what follows the pointer from now on, or null. */
  onPress: (at: PointerPosition) => Drag | null;
}

/** A double click zooms by so much. */
const ZOOM_STEP = 1.5;
const TREMBLING_PX = 4;

/** Tells what the pointer does on a map: moves, clicks, and what it drags in place of the map. */
export class MapPointer {
  private moveFrame: number | null = null;
  private drag: { follow: Drag; x: number; y: number; hasMoved: boolean } | null = null;
  private isClickTaken = false;

  constructor(
    private readonly map: MapLibreMap,
    private readonly events: PointerEvents,
  ) {
    map.on('movestart', () => events.onPointerMove(null));
    map.on('mousemove', (event) => this.moved(event));
    map.on('mouseout', () => this.moved(null));
    map.on('mousedown', (event) => {
      if (event.originalEvent.button === 0 && !event.originalEvent.shiftKey) this.pressed(event);
    });
    map.on('touchstart', (event) => {
      if (event.points.length === 1) this.pressed(event);
      else this.released();
    });
    map.on('mousemove', (event) => this.followed(event));
    map.on('touchmove', (event) => this.followed(event));
    window.addEventListener('mouseup', this.released);
    map.on('touchend', this.released);
    map.on('touchcancel', this.released);
    map.on('click', (event) => {
      if (!this.isClickTaken) events.onClick(this.position(event));
    });
    map.doubleClickZoom.disable();
    map.on('dblclick', (event) => this.doubleClicked(event));
  }

  destroy(): void {
    if (this.moveFrame !== null) cancelAnimationFrame(this.moveFrame);
    window.removeEventListener('mouseup', this.released);
  }

  private pressed(event: MapMouseEvent | MapTouchEvent): void {
    const at = this.position(event);
    const follow = this.events.onPress(at);
    this.isClickTaken = follow !== null;
    if (follow === null) return;
    event.preventDefault();
    this.drag = { follow, x: at.x, y: at.y, hasMoved: false };
  }

  private followed(event: MapMouseEvent | MapTouchEvent): void {
    if (this.drag === null) return;
    const at = this.position(event);
    if (Math.hypot(at.x - this.drag.x, at.y - this.drag.y) > TREMBLING_PX) this.drag.hasMoved = true;
    if (this.drag.hasMoved) this.drag.follow.onMove(at);
  }

  private readonly released = (): void => {
    const { drag } = this;
    this.drag = null;
    drag?.follow.onEnd(drag.hasMoved);
  };

  private doubleClicked(event: MapMouseEvent): void {
    if (this.events.onDoubleClick(this.position(event))) return;
    const levels = event.originalEvent.shiftKey ? -ZOOM_STEP : ZOOM_STEP;
    this.map.easeTo({ zoom: this.map.getZoom() + levels, around: event.lngLat, duration: 400 });
  }

  private position(event: MapMouseEvent | MapTouchEvent): PointerPosition {
    const { lng, lat } = event.lngLat;
    return { lng, lat, zoom: this.map.getZoom(), x: event.point.x, y: event.point.y };
  }

  /** At most one look-up per frame, however fast the pointer moves. */
  private moved(event: MapMouseEvent | null): void {
    if (this.moveFrame !== null) cancelAnimationFrame(this.moveFrame);
    this.moveFrame = requestAnimationFrame(() => {
      this.moveFrame = null;
      this.events.onPointerMove(event === null || this.map.isMoving() ? null : this.position(event));
    });
  }
}
