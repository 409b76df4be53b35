import type { Layer, LayersList } from '@deck.gl/core';
import type { Map as MapLibreMap } from 'maplibre-gl';

export interface IdleTracker {
  touch: () => void;
  setPending: (isPending: boolean) => void;
  stop: () => void;
}

function isLayer(entry: unknown): entry is Layer {
  return typeof entry === 'object' && entry !== null && 'isLoaded' in entry;
}

/**
 * Keep `html[data-map-state]` at `busy` or `idle`.
 *
 * Idle: no data is on its way, every deck layer is loaded, the map has its tiles and does not move,
 * and a frame was drawn since. Browser tests and screenshots wait for it.
 */
export function trackIdle(map: MapLibreMap, layers: () => LayersList): IdleTracker {
  const root = document.documentElement;
  let isPending = true;
  let isStopped = false;
  let generation = 0;

  const settled = (): boolean =>
    !isPending &&
    map.loaded() &&
    map.areTilesLoaded() &&
    !map.isMoving() &&
    layers().flat(10).every((entry) => !isLayer(entry) || entry.isLoaded);

  const nextFrame = (): Promise<void> => new Promise((resolve) => requestAnimationFrame(() => resolve()));

  const settle = async (): Promise<void> => {
    const mine = (generation += 1);
    root.dataset.mapState = 'busy';
    const isCurrent = (): boolean => !isStopped && mine === generation;
    while (isCurrent()) {
      await nextFrame();
      if (!settled()) {
        await new Promise((resolve) => setTimeout(resolve, 50));
        continue;
      }
      const drawn = map.once('idle');
      map.triggerRepaint();
      await drawn;
      if (isCurrent() && settled()) {
        root.dataset.mapState = 'idle';
        return;
      }
    }
  };

  const touch = (): void => {
    if (!isStopped) void settle();
  };
  map.on('movestart', touch);
  map.on('sourcedataloading', touch);
  touch();
  return {
    touch,
    setPending: (next) => {
      if (next === isPending) return;
      isPending = next;
      touch();
    },
    stop: () => {
      isStopped = true;
      root.dataset.mapState = 'none';
    },
  };
}
