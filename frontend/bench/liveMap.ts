import type { DrawStyle } from '../src/features/layers/builders/transmission';
import { drawLayers } from '../src/features/layers/draw';
import { LiveUpdates } from '../src/features/layers/live/updates';
import type { LayerStates } from '../src/features/layers/loader';
import { DRAW_BEFORE, MapController } from '../src/features/map/controller';

import { CENTRE, lineRows, numbers, SECTIONS_PER_CIRCUIT, transformerRows } from './rows';

/** `none`: nothing changes. `rebuild`: every message makes all columns, colours and layers anew. */
type Mode = 'none' | 'live' | 'rebuild';

interface Setup {
  mode: Mode;
  lines: number;
  transformers: number;
  /** Assets a message changes: half of them transformers, half sections, by their circuits. */
  assets: number;
  hertz: number;
  seconds: number;
}

interface Result {
  frameMs: number[];
  /** Main thread, from a message's text to what it leaves for the next frame. */
  messageMs: number[];
  /** Main thread, handing a frame's changes to the layers, upload included. */
  drawMs: number[];
  /** Main thread, in all of a frame's callbacks: map, layers and changes. */
  scriptMs: number[];
  longTasksMs: number[];
  sent: number;
  handled: number;
  overtakenRows: number;
  paintedRows: number;
  patches: number;
}

const style: DrawStyle = { colour: 'loading', zoom: CENTRE.zoom, placement: { beforeId: DRAW_BEFORE }, legends: {} };

/** Messages as the server words them, made before the clock runs. */
function messages({ assets, lines, transformers }: Setup): string[] {
  const next = numbers(3);
  const circuits = Math.ceil(lines / SECTIONS_PER_CIRCUIT);
  return Array.from({ length: 60 }, () => {
    const ids = Array.from({ length: assets / 2 }, () => `XFMR-${Math.floor(next() * transformers)}`);
    const named = Array.from({ length: assets / 2 / SECTIONS_PER_CIRCUIT }, () => `CKT-${Math.floor(next() * circuits)}`);
    return JSON.stringify({
      data: {
        transformerLoadingUpdates: { transformerIds: ids, loadingPct: ids.map(() => 120 * next()) },
        circuitStatusUpdates: { circuitStatuses: named.map((assetId) => ({ assetId, loadingPct: 120 * next() })) },
      },
    });
  });
}

interface Message {
  data: {
    transformerLoadingUpdates: { transformerIds: string[]; loadingPct: number[] };
    circuitStatusUpdates: { circuitStatuses: { assetId: string; loadingPct: number }[] };
  };
}

async function run(setup: Setup): Promise<Result> {
  const container = document.getElementById('map');
  if (container === null) throw new Error('The page has no map.');
  const controller = await MapController.create({
    container,
    viewport: CENTRE,
    styleUrl: null,
    scheme: 'dark',
    signal: new AbortController().signal,
    events: {
      onViewport: () => undefined,
      onPointerMove: () => undefined,
      onClick: () => undefined,
      onDoubleClick: () => false,
      onPress: () => null,
    },
  });
  let lines = lineRows(setup.lines);
  let transformers = transformerRows(setup.transformers);
  const states = (): LayerStates => ({
    lines: { phase: 'ready', columns: lines, error: null },
    transformers: { phase: 'ready', columns: transformers, error: null },
  });
  controller.setLayers(drawLayers(states(), style));
  controller.setPending(false);
  while (document.documentElement.dataset.mapState !== 'idle') await pause(100);

  const result: Result = {
    frameMs: [], messageMs: [], drawMs: [], scriptMs: [], longTasksMs: [],
    sent: 0, handled: 0, overtakenRows: 0, paintedRows: 0, patches: 0,
  };
  const live = new LiveUpdates();
  live.drawTo((patches) => {
    const began = performance.now();
    controller.patch(patches);
    result.drawMs.push(performance.now() - began);
    result.patches += patches.length;
  });
  live.load('lines', lines);
  live.load('transformers', transformers);
  const take = (text: string): void => {
    const began = performance.now();
    const { data } = JSON.parse(text) as Message;
    const { transformerIds, loadingPct } = data.transformerLoadingUpdates;
    const { circuitStatuses } = data.circuitStatusUpdates;
    if (setup.mode === 'rebuild') {
      const news = new Map(transformerIds.map((id, i) => [id, loadingPct[i] ?? Number.NaN]));
      const ofCircuits = new Map(circuitStatuses.map((each) => [each.assetId, each.loadingPct]));
      const [oldPoints, oldLines] = [transformers, lines];
      transformers = { ...oldPoints, latestLoadingPct: oldPoints.latestLoadingPct.map((old, i) => news.get(oldPoints.ids[i] ?? '') ?? old) };
      lines = {
        ...oldLines,
        paths: { coords: oldLines.paths.coords.slice(), starts: oldLines.paths.starts.slice() },
        circuitLoadingPct: oldLines.circuitLoadingPct.map((old, i) => ofCircuits.get(oldLines.circuitIds[i] ?? '') ?? old),
      };
      controller.setLayers(drawLayers(states(), style));
    } else {
      live.offer('transformers', transformerIds, loadingPct);
      live.offer('lines', circuitStatuses.map((each) => each.assetId), circuitStatuses.map((each) => each.loadingPct));
    }
    result.handled += 1;
    result.messageMs.push(performance.now() - began);
  };

  const texts = messages(setup);
  const observer = new PerformanceObserver((list) => result.longTasksMs.push(...list.getEntries().map((entry) => entry.duration)));
  observer.observe({ entryTypes: ['longtask'] });
  await walk(controller, setup, result, (i) => take(texts[i % texts.length] ?? ''));
  observer.disconnect();
  result.overtakenRows = live.counts.overtaken;
  result.paintedRows = live.counts.painted;
  controller.destroy();
  return result;
}

/** Pan in a circle and zoom in and out while messages come from another thread, as they do from a socket. */
async function walk(controller: MapController, setup: Setup, result: Result, onMessage: (i: number) => void): Promise<void> {
  const beats = new Worker(new URL('./beats.ts', import.meta.url), { type: 'module' });
  beats.onmessage = ({ data }: MessageEvent<number>) => onMessage(data);
  if (setup.mode !== 'none') beats.postMessage(1_000 / setup.hertz);
  const began = performance.now();
  let last = began;
  await new Promise<void>((resolve) => {
    const step = (now: number): void => {
      const seconds = (performance.now() - began) / 1_000;
      result.frameMs.push(now - last);
      last = now;
      // After the callbacks of this frame that came later in the row, the map's among them.
      const from = performance.now();
      queueAfterFrame(() => result.scriptMs.push(performance.now() - from));
      if (seconds >= setup.seconds) {
        resolve();
        return;
      }
      controller.jumpTo({
        lng: CENTRE.lng + 0.04 * Math.cos(seconds),
        lat: CENTRE.lat + 0.04 * Math.sin(seconds),
        zoom: CENTRE.zoom + 0.6 * Math.sin(seconds / 2),
      });
      requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  });
  beats.terminate();
  result.frameMs.shift();
  result.sent = setup.mode === 'none' ? 0 : Math.floor(setup.seconds * setup.hertz);
}

function queueAfterFrame(callback: () => void): void {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = callback;
  port2.postMessage(null);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

declare global {
  interface Window {
    runLiveMap: (setup: Setup) => Promise<Result>;
  }
}

window.runLiveMap = run;
