import type { BranchColumns, SubstationColumns } from '../../../lib/columns/layers';
import type { CascadeResult } from '../result';

import type { TripRow } from './trips';

/** The outcome of a run as GeoJSON (WGS 84): lines that went out, and substations that lost load. Unknown is null. */
export function runGeoJson(
  branches: BranchColumns,
  substations: SubstationColumns,
  result: CascadeResult,
  trips: readonly TripRow[],
): string {
  const told = new Map(trips.map((trip) => [trip.branchId, trip]));
  const rows = new Map(branches.ids.map((id, i) => [id, i]));
  const places = new Map(substations.ids.map((id, i) => [id, i]));
  const known = (value: number | undefined): number | null => (value === undefined || Number.isNaN(value) ? null : value);
  const features: object[] = [];
  result.branches.ids.forEach((id, i) => {
    const wave = result.branches.tripWave[i] ?? Number.NaN;
    const row = rows.get(id);
    if (Number.isNaN(wave) || row === undefined) return;
    const trip = told.get(id);
    features.push({
      type: 'Feature',
      geometry: {
        type: 'LineString',
        coordinates: [
          [branches.coords[4 * row], branches.coords[4 * row + 1]],
          [branches.coords[4 * row + 2], branches.coords[4 * row + 3]],
        ],
      },
      properties: {
        id,
        name: trip?.name ?? null,
        wave,
        cause: trip?.cause ?? (wave === 0 ? 'INITIAL_OUTAGE' : null),
        loading_pct: trip?.loadingPct ?? null,
        flow_mw: trip?.flowMw ?? null,
        rating_mva: trip?.ratingMva ?? known(branches.ratingMva[row]),
        parent_id: trip?.parentId ?? null,
        parent_rise_mw: trip?.parentRiseMw ?? null,
      },
    });
  });
  result.substations.ids.forEach((id, i) => {
    const row = places.get(id);
    if (row === undefined) return;
    features.push({
      type: 'Feature',
      geometry: { type: 'Point', coordinates: [substations.lon[row], substations.lat[row]] },
      properties: {
        id,
        name: substations.name[row] ?? null,
        zone: substations.zone[row] ?? null,
        lost_mw: known(result.substations.lostMw[i]),
        wave: known(result.substations.wave[i]),
        is_dead: result.substations.isDead[i] === 1,
      },
    });
  });
  return JSON.stringify({ type: 'FeatureCollection', features });
}
