import type { RunDraft } from './draft';
import type { CascadeRunDetail } from './queries';
import { isDocument, listAt, numberAt, readAt, writeAt } from './scenario/document';
import type { ScenarioDocument } from './scenario/document';

/** Of the settings of a run those that are told elsewhere, or say nothing. */
const NOT_OPTIONS = new Set(['version', 'load_multiplier', 'rating_multiplier', 'seed']);
const PLAIN: Readonly<Record<string, unknown>> = {
  trip_threshold_frac: 1,
  overload_tolerance_frac: 1e-6,
  trip_selection: 'ALL',
  dispatch: 'PROPORTIONAL',
};

/** The inputs of a run as a form to change: its scenario in the version it was made of, or its settings. */
export function draftOfRun(run: CascadeRunDetail): RunDraft {
  const spec = run.version?.spec;
  const document = run.scenario != null && isDocument(spec) ? spec : documentOfRun(run);
  const named = new Set(run.scenario == null ? [] : listAt(document, 'outages'));
  const outages = run.outages
    .filter(({ assetId }) => !named.has(assetId))
    .map(({ assetId, name }) => ({ assetId, name: name ?? assetId }));
  const scenario =
    run.scenario == null || run.version == null
      ? null
      : { scenarioId: run.scenario.scenarioId, name: run.scenario.name, version: run.version.number, document };
  return { outages, name: '', scenario, document, texts: {} };
}

function documentOfRun(run: CascadeRunDetail): ScenarioDocument {
  let document: ScenarioDocument = {};
  if (run.loadMultiplier !== 1) document = writeAt(document, 'load.multiplier', run.loadMultiplier);
  if (run.ratingMultiplier !== 1) document = writeAt(document, 'rating_multiplier', run.ratingMultiplier);
  const params = run.inputs?.params;
  if (!isDocument(params)) return document;
  const options = Object.fromEntries(
    Object.entries(params).filter(([name, value]) => value !== null && !NOT_OPTIONS.has(name) && PLAIN[name] !== value),
  );
  if (Object.keys(options).length > 0) document = writeAt(document, 'options', options);
  const seed = numberAt(params, 'seed');
  return seed === null || seed === 0 ? document : writeAt(document, 'seed', seed);
}

/** What was made of the inputs when the run was frozen, in sentences. */
export function notesOfRun(run: CascadeRunDetail): string[] {
  const notes = listAt(run.inputs?.summary, 'notes').filter((note): note is string => typeof note === 'string');
  const ratings = readAt(run.inputs?.summary, 'rating_frac');
  return ratings == null ? notes : [...notes, 'Ratings of lines were those of the weather.'];
}
