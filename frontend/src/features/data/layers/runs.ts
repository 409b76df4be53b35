import type { SyncJob } from './queries';

/** The layers a sync was asked for; null: all of them. */
export function layersOf(inputs: Record<string, unknown>): string[] | null {
  const named = inputs.layers;
  return Array.isArray(named) ? named.filter((each) => typeof each === 'string') : null;
}

/** The syncs that took a layer along, in the order given. */
export function runsOf(jobs: readonly SyncJob[], layer: string): SyncJob[] {
  return jobs.filter((job) => layersOf(job.inputs)?.includes(layer) ?? true);
}

/** What a sync did to how many rows, in a line; null before it told. */
export function rowsText(counts: Record<string, unknown>): string | null {
  const told = (['inserted', 'updated', 'deleted', 'rejected'] as const).flatMap((verb) => {
    const count = counts[`rows_${verb}`];
    return typeof count === 'number' ? [`${count.toLocaleString('en-US')} ${verb === 'rejected' ? 'refused' : verb}`] : [];
  });
  return told.length === 0 ? null : told.join(', ');
}
