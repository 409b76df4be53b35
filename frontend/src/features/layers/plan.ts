import { requestBounds, withBounds } from '../../lib/boundsGrid';
import type { Bounds } from '../../lib/boundsGrid';
import { isLayerKey } from '../../lib/columns/layers';
import type { LayerKey } from '../../lib/columns/layers';

/** Layers that appear only when zoomed in this far hold too much to load whole. */
const DETAIL_MIN_ZOOM = 8;

/** Off until asked for: they say little at a glance and are many. Layers that come as tiles only are off, too. */
const OFF_BY_DEFAULT: ReadonlySet<string> = new Set(['poles']);

export interface LayerSource {
  key: string;
  /** Null where the layer comes as tiles only. */
  columnsUrl: string | null;
  minZoom: number;
  maxZoom: number;
  dataVersion?: string | null;
}

export interface PlannedRequest {
  key: LayerKey;
  url: string;
  /** Changes when the same address would give other data. */
  version: string;
}

export function defaultLayers(sources: readonly { key: string; columnsUrl: string | null }[]): string[] {
  return sources.filter(({ key, columnsUrl }) => columnsUrl !== null && !OFF_BY_DEFAULT.has(key)).map(({ key }) => key);
}

/** Crews are few and move: they are asked for by themselves, with what they work on. */
export const CREWS = 'crews';

export function isDrawnOfTiles({ key, columnsUrl }: { key: string; columnsUrl: string | null }): boolean {
  return columnsUrl === null && key !== CREWS;
}

/** Whether cells stand for a layer whose rows come as columns, while the map is too far out for them. */
export function isCountedFromAfar(source: { key: string; columnsUrl: string | null; minZoom: number; featureCount?: number | null; status: string }): boolean {
  return source.columnsUrl !== null && source.minZoom > 0 && (source.featureCount ?? 0) > 0 && source.status !== 'FROM_WAREHOUSE';
}

export function isInZoom(source: { minZoom: number; maxZoom: number }, zoom: number): boolean {
  return zoom >= source.minZoom && zoom <= source.maxZoom;
}

/** Whether a layer is loaded for the area in view only. */
export function usesBounds(source: { minZoom: number }): boolean {
  return source.minZoom >= DETAIL_MIN_ZOOM;
}

/** What must be loaded to draw the visible layers in this view. */
export function planRequests(
  sources: readonly LayerSource[],
  visible: ReadonlySet<string>,
  view: { zoom: number; bounds: Bounds },
): PlannedRequest[] {
  return sources.flatMap((source) => {
    const { key, columnsUrl } = source;
    if (columnsUrl === null || !isLayerKey(key) || !visible.has(key) || !isInZoom(source, view.zoom)) return [];
    const url = usesBounds(source) ? withBounds(columnsUrl, requestBounds(view.bounds)) : columnsUrl;
    return [{ key, url, version: source.dataVersion ?? '' }];
  });
}
