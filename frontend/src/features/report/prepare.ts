import { mapCamera } from '../../lib/mapImage';

const STEP_MS = 100;
const PATIENCE_MS = 30_000;
/** A map that does not draw must not keep the report. */
const PICTURE_MS = 5_000;
/** The new colours need a moment to begin loading the map anew. */
const SETTLE_MS = 300;

/** Wait until the map, where there is one, has drawn itself in the colours of paper; no longer than half a minute. */
export async function paperIsReady(signal: AbortSignal): Promise<void> {
  await pause(SETTLE_MS);
  const end = Date.now() + PATIENCE_MS;
  while (!signal.aborted && Date.now() < end && isMapBusy()) await pause(STEP_MS);
}

/** A picture of the map; null: there is none, or it does not draw. */
export function pictureOfMap(): Promise<string | null> {
  const camera = mapCamera.get();
  if (camera === null) return Promise.resolve(null);
  return Promise.race([camera.take(), pause(PICTURE_MS).then(() => null)]);
}

function isMapBusy(): boolean {
  if (document.querySelector('[data-testid=map]') === null) return false;
  return mapCamera.get() === null || document.documentElement.dataset.mapState !== 'idle';
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

/** Open all that is folded within an element; the returned function folds it again. */
export function unfold(within: Element | null): () => void {
  const folded = [...(within?.querySelectorAll('details') ?? [])].filter((each) => !each.open);
  for (const each of folded) each.open = true;
  return () => {
    for (const each of folded) each.open = false;
  };
}
