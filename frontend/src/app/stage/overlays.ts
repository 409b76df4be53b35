import type { Layer } from '@deck.gl/core';
import { useEffect } from 'react';
import type { ReactNode } from 'react';

import type { Hit } from '../../features/layers';
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
  onPick?: (hit: Hit | null) => boolean;
  /** A bar at the foot of the map. */
  bottom?: ReactNode;
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
  Pick<Overlay, 'lineLegend' | 'cursor'> & { bars: ReactNode[]; pick: (hit: Hit | null) => boolean } {
  const all = Object.values(overlays);
  return {
    below: all.flatMap((each) => each.below ?? []),
    above: all.flatMap((each) => each.above ?? []),
    replaces: new Set(all.flatMap((each) => [...(each.replaces ?? [])])),
    ownsColours: all.some((each) => each.ownsColours === true),
    isPending: all.some((each) => each.isPending === true),
    lineLegend: all.find((each) => each.lineLegend !== undefined)?.lineLegend,
    cursor: all.find((each) => each.cursor !== undefined)?.cursor,
    bars: all.flatMap((each) => (each.bottom === undefined ? [] : [each.bottom])),
    pick: (hit) => all.some((each) => each.onPick?.(hit) === true),
  };
}
