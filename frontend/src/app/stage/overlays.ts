import type { Layer } from '@deck.gl/core';
import { useEffect } from 'react';
import type { ReactNode } from 'react';

import type { Hit, HitDescription } from '../../features/layers';
import type { Animation, Drag, PointerPosition } from '../../features/map';
import type { LayerKey } from '../../lib/columns/layers';
import type { LegendItem } from '../../lib/legendItem';
import { createStore } from '../../lib/store';
import type { Store } from '../../lib/store';

/** What a workspace draws on the map, and what it makes of clicks while it does. */
export interface Overlay {
  /** Below the assets; the first lies lowest. */
  below?: readonly Layer[];
  /** Above the assets. */
  above?: readonly Layer[];
  /** Layers of assets that this one draws itself. */
  replaces?: ReadonlySet<LayerKey>;
  /** The colours are this one's: assets step back to their quiet ones. */
  ownsColours?: boolean;
  /** What the colours of lines mean, where this one gives them. */
  lineLegend?: LegendItem[];
  /** Its data is still on its way. */
  isPending?: boolean;
  cursor?: 'crosshair';
  /** Takes a click on an asset, or beside all of them (null); true: it did, and nothing else shall happen. */
  onPick?: (hit: Hit | null, at: PointerPosition) => boolean;
  /** Hears of the pointer before assets do. */
  pointer?: PointerHandlers;
  /** What lies under the pointer where no asset is. */
  describe?: (at: PointerPosition) => HitDescription | null;
  /** Takes a click where no asset is; true: it did. */
  onPlace?: (at: PointerPosition) => boolean;
  /** Layers above all that move by themselves. */
  animation?: Animation;
  /** A bar at the foot of the map. */
  bottom?: ReactNode;
  /** A card beside the map's search. */
  card?: ReactNode;
}

/** True: it took the event, and nothing else shall happen. */
export interface PointerHandlers {
  onClick: (at: PointerPosition) => boolean;
  /** null: the pointer has left the map. */
  onMove: (at: PointerPosition | null) => boolean;
  onDoubleClick: (at: PointerPosition) => boolean;
  /** What follows the pointer until it is let go; null: the map is dragged as ever. */
  onPress: (at: PointerPosition) => Drag | null;
}

export type Overlays = Readonly<Record<string, Overlay>>;

export function createOverlays(): Store<Overlays> {
  return createStore<Overlays>({});
}

/** Draw something on the map while the component lives; null: nothing. Give a memoised overlay. */
export function usePublished(store: Store<Overlays>, key: string, overlay: Overlay | null): void {
  useEffect(() => {
    if (overlay === null) return undefined;
    store.set((all) => ({ ...all, [key]: overlay }));
    return () => {
      store.set((all) => Object.fromEntries(Object.entries(all).filter(([name]) => name !== key)));
    };
  }, [store, key, overlay]);
}

/** All overlays as one. */
export function combine(overlays: Overlays): Required<Pick<Overlay, 'below' | 'above' | 'replaces' | 'ownsColours' | 'isPending'>> &
  Pick<Overlay, 'lineLegend' | 'cursor'> & {
    bars: ReactNode[];
    cards: ReactNode[];
    pointer: PointerHandlers;
    pick: (hit: Hit | null, at: PointerPosition) => boolean;
    describe: (at: PointerPosition) => HitDescription | null;
    takePlace: (at: PointerPosition) => boolean;
    animation: Animation | null;
  } {
  const all = Object.values(overlays);
  const pointers = all.flatMap(({ pointer }) => (pointer === undefined ? [] : [pointer]));
  return {
    below: all.flatMap((each) => each.below ?? []),
    above: all.flatMap((each) => each.above ?? []),
    replaces: new Set(all.flatMap((each) => [...(each.replaces ?? [])])),
    ownsColours: all.some((each) => each.ownsColours === true),
    isPending: all.some((each) => each.isPending === true),
    lineLegend: all.find((each) => each.lineLegend !== undefined)?.lineLegend,
    cursor: all.find((each) => each.cursor !== undefined)?.cursor,
    bars: all.flatMap((each) => (each.bottom === undefined ? [] : [each.bottom])),
    cards: all.flatMap((each) => (each.card === undefined ? [] : [each.card])),
    pointer: {
      onClick: (at) => pointers.some((each) => each.onClick(at)),
      onMove: (at) => pointers.map((each) => each.onMove(at)).includes(true),
      onDoubleClick: (at) => pointers.some((each) => each.onDoubleClick(at)),
      onPress: (at) => pointers.reduce<Drag | null>((found, each) => found ?? each.onPress(at), null),
    },
    pick: (hit, at) => all.some((each) => each.onPick?.(hit, at) === true),
    describe: (at) => {
      for (const each of all) {
        const found = each.describe?.(at) ?? null;
        if (found !== null) return found;
      }
      return null;
    },
    takePlace: (at) => all.some((each) => each.onPlace?.(at) === true),
    animation: together(all.flatMap((each) => each.animation ?? [])),
  };
}

/** Several animations as one, drawn as often as the quickest of them. */
function together(animations: readonly Animation[]): Animation | null {
  const [first, ...others] = animations;
  if (first === undefined || others.length === 0) return first ?? null;
  return {
    frameMs: Math.min(...animations.map(({ frameMs }) => frameMs)),
    draw: (elapsedMs) => animations.flatMap(({ draw }) => draw(elapsedMs)),
  };
}
