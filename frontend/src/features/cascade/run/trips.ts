import type { BranchColumns, SubstationColumns } from '../../../lib/columns/layers';
import { numberAt, textAt } from '../scenario/document';

/** A branch that tripped, with the wave it tripped in. */
export interface TripRow {
  wave: number;
  branchId: string;
  name: string;
  kind: 'Line' | 'Transformer';
  cause: string;
  flowMw: number;
  ratingMva: number;
  loadingPct: number;
  parentId: string | null;
  parentWave: number | null;
  parentRiseMw: number | null;
}

export type Trips = readonly TripRow[];

/** The trips of a run's file; what is no line on the map joins two voltages within a substation. */
export function tripsOf(
  file: unknown,
  names: ReadonlyMap<string, string>,
  branches: BranchColumns,
  substations: SubstationColumns | null,
): Trips {
  if (!Array.isArray(file)) return [];
  const lines = new Map(branches.ids.map((id, i) => [id, i]));
  const places = new Map(substations?.ids.map((id, i) => [id, substations.name[i] ?? id]));
  return file.flatMap((entry: unknown): TripRow[] => {
    const branchId = textAt(entry, 'branch_id');
    const [wave, flowMw, ratingMva] = ['wave', 'flow_mw', 'rating_mva'].map((name) => numberAt(entry, name));
    if (branchId === null || wave == null || flowMw == null || ratingMva == null) return [];
    const row = lines.get(branchId);
    const ends = row === undefined ? [] : [branches.fromIds[row] ?? '', branches.toIds[row] ?? ''];
    return [
      {
        wave,
        branchId,
        name: names.get(branchId) ?? (ends.length === 0 ? branchId : ends.map((id) => places.get(id) ?? id).join(' to ')),
        kind: row === undefined ? 'Transformer' : 'Line',
        cause: textAt(entry, 'cause') ?? '',
        flowMw,
        ratingMva,
        loadingPct: (Math.abs(flowMw) / ratingMva) * 100,
        parentId: textAt(entry, 'parent_id'),
        parentWave: numberAt(entry, 'parent_wave'),
        parentRiseMw: numberAt(entry, 'parent_rise_mw'),
      },
    ];
  });
}
