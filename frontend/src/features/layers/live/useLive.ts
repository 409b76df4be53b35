import { useEffect, useState } from 'react';
import type { RefObject } from 'react';

import type { BufferPatch } from '../../../lib/draw/patch';
import type { ColourMode } from '../../../lib/mapView';
import { CircuitLoadingNews, MapLayerNews, TransformerLoadingNews } from '../queries';
import type { MapLayers } from '../useLayerStates';

import { follow } from './follow';
import { followedByMap, tellChanges } from './liveNews';
import { LiveUpdates } from './updates';

/** The map that is drawn on. */
interface LiveMap {
  patch: (patches: readonly BufferPatch[]) => void;
}

/** Legends and filters look at every row: they follow this often. */
const LOOK_AGAIN_MS = 2_000;
/** A burst of news reads anew once. */
const NEWS_MS = 500;

/** Keep what is drawn as it is now, by subscriptions, as long as it is drawn. */
export function useLive(map: RefObject<LiveMap | null>, layers: MapLayers, colour: ColourMode): void {
  const [live] = useState(() => new LiveUpdates());
  const { states, touchLayer, refreshLayer, retryList } = layers;
  const lines = colour === 'loading' ? (states.lines?.columns ?? null) : null;
  const transformers = states.transformers?.columns ?? null;
  const hasLines = lines !== null;
  const hasTransformers = transformers !== null;

  useEffect(() => live.drawTo((patches) => map.current?.patch(patches)), [live, map]);
  useEffect(() => live.load('transformers', transformers), [live, transformers]);
  useEffect(() => live.load('lines', lines), [live, lines]);

  useEffect(() => {
    if (!hasTransformers) return undefined;
    let isKnown = false;
    const look = atMostEvery(LOOK_AGAIN_MS, () => touchLayer('transformers'));
    const stop = follow(TransformerLoadingNews, ({ transformerLoadingUpdates: news }) => {
      if (news.isComplete) {
        live.offer('transformers', news.transformerIds, news.loadingPct);
        tellChanges(news.transformerIds.length);
        look.soon();
        return;
      }
      live.forget('transformers');
      // What is loaded as the news begins is as new as the news; later, something was missed.
      if (isKnown) refreshLayer('transformers');
      isKnown = true;
    });
    return () => {
      stop();
      look.stop();
    };
  }, [live, hasTransformers, touchLayer, refreshLayer]);

  useEffect(() => {
    if (!hasLines) return undefined;
    const look = atMostEvery(LOOK_AGAIN_MS, () => touchLayer('lines'));
    const stop = follow(CircuitLoadingNews, ({ circuitStatusUpdates: news }) => {
      const { goneIds, circuitStatuses, isCurrentState } = news;
      if (!isCurrentState) tellChanges(goneIds.length + circuitStatuses.length);
      live.offer('lines', goneIds, goneIds.map(() => null));
      live.offer('lines', circuitStatuses.map((each) => each.assetId), circuitStatuses.map((each) => each.loadingPct ?? null));
      look.soon();
    });
    return () => {
      stop();
      look.stop();
    };
  }, [live, hasLines, touchLayer]);

  // Syncs, edits and new tiles: the list of layers tells of which, and what is drawn of these is loaded anew.
  useEffect(() => {
    let isKnown = false;
    const unfollow = followedByMap();
    const look = atMostEvery(NEWS_MS, retryList);
    const stop = follow(MapLayerNews, ({ mapLayerUpdates: news }) => {
      tellChanges(news.keys.length);
      // The list was asked for as the page was opened; later, something was missed.
      if (isKnown || news.keys.length > 0) look.soon();
      isKnown = true;
    });
    return () => {
      unfollow();
      stop();
      look.stop();
    };
  }, [retryList]);
}

/** Call back some time after it was asked for first, and not again until then. */
function atMostEvery(ms: number, callback: () => void): { soon: () => void; stop: () => void } {
  let timer: ReturnType<typeof setTimeout> | null = null;
  return {
    soon: () => {
      timer ??= setTimeout(() => {
        timer = null;
        callback();
      }, ms);
    },
    stop: () => {
      if (timer !== null) clearTimeout(timer);
    },
  };
}
