export interface Size {
  width: number;
  height: number;
}

export interface Point {
  x: number;
  y: number;
}

/** Room between the panel and the edges of the map, pixels. */
const EDGE_PX = 12;
/** The scale and the zoom stand there. */
const FOOT_PX = 44;
/** The layers stand there. */
const LAYERS_PX = 304;
/** An object is more than a point. */
const AROUND_PX = 14;

/** The nearest place at which the panel lies within the map. */
export function within(at: Point, panel: Size, frame: Size): Point {
  const clamp = (value: number, most: number): number => Math.max(EDGE_PX, Math.min(value, most));
  return { x: clamp(at.x, frame.width - panel.width - EDGE_PX), y: clamp(at.y, frame.height - panel.height - EDGE_PX) };
}

function covers(at: Point, panel: Size, object: Point): boolean {
  return (
    object.x > at.x - AROUND_PX &&
    object.x < at.x + panel.width + AROUND_PX &&
    object.y > at.y - AROUND_PX &&
    object.y < at.y + panel.height + AROUND_PX
  );
}

/** Where the panel lies while nobody has moved it: along the lower edge beside the layers, elsewhere if it would cover the objects. */
export function freePlace(panel: Size, frame: Size, objects: readonly Point[]): Point {
  const right = frame.width - panel.width - EDGE_PX;
  const low = frame.height - panel.height - FOOT_PX;
  const left = LAYERS_PX <= right ? LAYERS_PX : EDGE_PX;
  const places = [
    { x: left, y: low },
    { x: right, y: low },
    { x: EDGE_PX, y: low },
    { x: left, y: EDGE_PX },
    { x: right, y: EDGE_PX },
    { x: EDGE_PX, y: EDGE_PX },
  ].map((at) => within(at, panel, frame));
  const covered = places.map((at) => objects.filter((object) => covers(at, panel, object)).length);
  const least = Math.min(...covered);
  return places[covered.indexOf(least)] ?? { x: EDGE_PX, y: EDGE_PX };
}
