import { ageSeconds, formatAge, formatNumber, humanize } from '../../../lib/format';
import type { LayerState } from '../loader';
import { usesBounds } from '../plan';
import type { MapLayerInfo } from '../queries';

/** Status of a layer whose rows come from the warehouse while the cache does not answer. */
const FROM_WAREHOUSE = 'FROM_WAREHOUSE';

/** Whole layers tell how many they draw; of others the server's count of what is drawn is known. */
export function countOf(source: MapLayerInfo, state: LayerState | undefined): number | null {
  if (state?.columns != null && !usesBounds(source)) return state.columns.ids.length;
  return source.featureCount ?? null;
}

export function syncedText(source: MapLayerInfo, nowMs: number): string {
  if (source.status === FROM_WAREHOUSE) return 'From the warehouse; the cache does not answer';
  const age = ageSeconds(source.syncedAt, nowMs);
  return age === null ? 'Never synced' : `Synced ${formatAge(age)} ago`;
}

interface Standing {
  isInRange: boolean;
  zoom: number;
  phase: string | undefined;
  count: number | null;
  /** Rows that are loaded, and what filters leave of them. */
  loadedCount: number | null;
  shownCount: number | null;
  nowMs: number;
}

export function statusText(source: MapLayerInfo, at: Standing, isVisible: boolean): string {
  if (!isVisible) return formatNumber(at.count);
  const isFiltered = at.shownCount !== null && at.loadedCount !== null && at.shownCount < at.loadedCount;
  const count = isFiltered ? `${formatNumber(at.shownCount)} of ${formatNumber(at.loadedCount)}` : formatNumber(at.count);
  if (!at.isInRange) return at.zoom < source.minZoom ? count : `${count} · zoom out`;
  if (at.phase === 'loading') return 'loading';
  if (source.status === FROM_WAREHOUSE) return `${count} · from the warehouse`;
  const age = ageSeconds(source.syncedAt, at.nowMs);
  if (age === null) return 'never synced';
  const status = source.status === 'FRESH' ? '' : ` · ${humanize(source.status).toLowerCase()}`;
  return `${count} · ${formatAge(age)}${status}`;
}
