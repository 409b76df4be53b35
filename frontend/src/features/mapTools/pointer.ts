import type { Position } from '../../lib/geo/geodesic';
import { handlesOf } from '../../lib/geo/shapes';
import { degreesPerPixel, mercatorY } from '../../lib/picking/mercator';
import type { Store } from '../../lib/store';

import { clicked, dragged, dropped, finished, pointed, taken } from './drawing';
import type { Drawing } from './drawing';
import { isDraggedOut } from './tools';

interface At {
  lng: number;
  lat: number;
  zoom: number;
}

/** How near a place counts as on it: a finger's width would be too much for a mouse. */
const REACH_PX = 10;

function isOn(at: At, place: Position | undefined): boolean {
  if (place === undefined) return false;
  const perPixel = degreesPerPixel(at.zoom);
  return Math.hypot(at.lng - place[0], mercatorY(at.lat) - mercatorY(place[1])) / perPixel <= REACH_PX;
}

/** The handle under the pointer, of the shape in front. */
export function handleAt(drawing: Drawing, at: At): { shape: number; handle: number } | null {
  for (let shape = drawing.shapes.length - 1; shape >= 0; shape -= 1) {
    const drawn = drawing.shapes[shape];
    const handle = drawn === undefined ? -1 : handlesOf(drawn).findIndex((place) => isOn(at, place));
    if (handle >= 0) return { shape, handle };
  }
  return null;
}

const placeOf = ({ lng, lat }: At): Position => [lng, lat];

/** What the pointer does to the drawing; true where the assets shall hear nothing of it. */
export function pointerHandlers(store: Store<Drawing>) {
  return {
    onClick: (at: At): boolean => {
      if (store.get().tool === 'select') return false;
      store.set((drawing) => {
        const [first] = drawing.draft;
        const last = drawing.draft.length > 1 ? drawing.draft.at(-1) : undefined;
        return clicked(drawing, placeOf(at), { first: isOn(at, first), last: isOn(at, last) });
      });
      return true;
    },
    onMove: (at: At | null): boolean => {
      store.set((drawing) => pointed(drawing, at === null ? null : placeOf(at)));
      return store.get().tool !== 'select';
    },
    onDoubleClick: (): boolean => {
      if (store.get().tool === 'select') return false;
      store.set(finished);
      return true;
    },
    onPress: (at: At) => {
      const drawing = store.get();
      const found = drawing.draft.length > 0 ? null : handleAt(drawing, at);
      if (found !== null) {
        store.set((now) => taken(now, found.shape, found.handle));
        return {
          onMove: (to: At) => store.set((now) => dragged(now, placeOf(to))),
          onEnd: () => store.set(dropped),
        };
      }
      if (!isDraggedOut(drawing.tool) || drawing.draft.length > 0) return null;
      store.set((now) => clicked(now, placeOf(at), { first: false, last: false }));
      let last = placeOf(at);
      return {
        onMove: (to: At) => {
          last = placeOf(to);
          store.set((now) => pointed(now, last));
        },
        // Let go where it was pressed, it was a click: the second one follows.
        onEnd: (hasMoved: boolean) => {
          if (hasMoved) store.set((now) => clicked(now, last, { first: false, last: false }));
        },
      };
    },
  };
}
