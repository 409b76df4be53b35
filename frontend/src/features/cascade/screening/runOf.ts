import type { Checked } from '../draft';
import { isDocument, numberAt } from '../scenario/document';

import type { BatchDetail, ContingencyRow } from './queries';

const NOT_OPTIONS = new Set(['version', 'load_multiplier', 'rating_multiplier']);

/** A contingency as a run with the settings of its batch; null: its scenario is not known any more. */
export function runOf(
  batch: Pick<BatchDetail, 'name' | 'version' | 'inputs'>,
  outages: string[],
  row: Pick<ContingencyRow, 'label' | 'seed'>,
  scenarioId: string | null,
): Exclude<Checked, { problems: unknown }> | null {
  const name = `${row.label} of ${batch.name}`.slice(0, 200);
  if (batch.version != null) {
    return scenarioId === null ? null : { scenario: { scenarioId, version: batch.version.number, outages, name } };
  }
  const { params } = batch.inputs;
  const settings = isDocument(params) ? params : {};
  const options = Object.fromEntries(Object.entries(settings).filter(([key, value]) => value !== null && !NOT_OPTIONS.has(key)));
  return {
    run: {
      outages,
      name,
      loadMultiplier: numberAt(settings, 'load_multiplier') ?? 1,
      ratingMultiplier: numberAt(settings, 'rating_multiplier') ?? 1,
      options: row.seed == null ? options : { ...options, seed: Number(row.seed) },
    },
  };
}
