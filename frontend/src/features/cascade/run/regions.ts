import type { BranchColumns, SubstationColumns } from '../../../lib/columns/layers';
import type { CascadeResult } from '../result';

/** What became of one zone. */
export interface RegionRow {
  zone: string;
  /** Load of the planning case times that of the run, MW. */
  loadMw: number;
  lostMw: number;
  /** Null where there is no load. */
  lostShare: number | null;
  substationCount: number;
  deadCount: number;
  inPartCount: number;
  /** Lines with an end in it that went out; ties count in both zones. */
  outCount: number;
}

/** What became of the lines between two zones. */
export interface TieRow {
  zones: string;
  lineCount: number;
  outCount: number;
  /** Of those with a rating, MVA. */
  ratingMva: number;
  leftMva: number;
  /** Sum of what the lines carried before and carry at the end, MW, from the first zone to the second. */
  baseMw: number;
  finalMw: number;
}

export const NO_ZONE = 'No zone on record';

export function zonesOf(substations: SubstationColumns): Map<string, string> {
  return new Map(substations.ids.map((id, i) => [id, substations.zone[i] ?? NO_ZONE]));
}

export function regionRows(
  substations: SubstationColumns,
  branches: BranchColumns,
  result: CascadeResult,
  loadMultiplier: number,
): RegionRow[] {
  const zones = zonesOf(substations);
  const rows = new Map<string, RegionRow>();
  const rowOf = (zone: string): RegionRow => {
    const found = rows.get(zone) ?? { zone, loadMw: 0, lostMw: 0, lostShare: null, substationCount: 0, deadCount: 0, inPartCount: 0, outCount: 0 };
    rows.set(zone, found);
    return found;
  };
  substations.ids.forEach((id, i) => {
    const row = rowOf(zones.get(id) ?? NO_ZONE);
    row.substationCount += 1;
    const load = substations.loadMw[i] ?? Number.NaN;
    if (load > 0) row.loadMw += load * loadMultiplier;
  });
  result.substations.ids.forEach((id, i) => {
    const zone = zones.get(id);
    if (zone === undefined) return;
    const row = rowOf(zone);
    const lost = result.substations.lostMw[i] ?? 0;
    if (lost > 0) row.lostMw += lost;
    if (result.substations.isDead[i] === 1) row.deadCount += 1;
    else row.inPartCount += 1;
  });
  const out = outIds(result);
  branches.ids.forEach((id, i) => {
    if (!out.has(id)) return;
    for (const zone of new Set([zones.get(branches.fromIds[i] ?? ''), zones.get(branches.toIds[i] ?? '')])) {
      if (zone !== undefined) rowOf(zone).outCount += 1;
    }
  });
  return [...rows.values()].map((row) => ({ ...row, lostShare: row.loadMw > 0 ? row.lostMw / row.loadMw : null }));
}

/** Lines whose ends lie in different zones, by pair of zones. */
export function tieRows(substations: SubstationColumns, branches: BranchColumns, result: CascadeResult): TieRow[] {
  const zones = zonesOf(substations);
  const out = outIds(result);
  const flows = new Map(result.branches.ids.map((id, i) => [id, result.branches.flowMw[i] ?? Number.NaN]));
  const rows = new Map<string, TieRow>();
  branches.ids.forEach((id, i) => {
    const from = zones.get(branches.fromIds[i] ?? '');
    const to = zones.get(branches.toIds[i] ?? '');
    if (from === undefined || to === undefined || from === to) return;
    const isForward = from < to;
    const key = isForward ? `${from} – ${to}` : `${to} – ${from}`;
    const row = rows.get(key) ?? { zones: key, lineCount: 0, outCount: 0, ratingMva: 0, leftMva: 0, baseMw: 0, finalMw: 0 };
    rows.set(key, row);
    const sign = isForward ? 1 : -1;
    const rating = branches.ratingMva[i] ?? Number.NaN;
    const base = branches.flowMw[i] ?? Number.NaN;
    const final = flows.get(id) ?? Number.NaN;
    row.lineCount += 1;
    if (Number.isFinite(base)) row.baseMw += sign * base;
    if (rating > 0) row.ratingMva += rating;
    if (out.has(id)) row.outCount += 1;
    else {
      if (rating > 0) row.leftMva += rating;
      if (Number.isFinite(final)) row.finalMw += sign * final;
    }
  });
  return [...rows.values()];
}

function outIds(result: CascadeResult): Set<string> {
  return new Set(result.branches.ids.filter((_, i) => !Number.isNaN(result.branches.tripWave[i])));
}
