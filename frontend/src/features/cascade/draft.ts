import { createStore } from '../../lib/store';

import { isDocument, listAt, numberAt, readAt, saysTheSame, textAt, writeAt } from './scenario/document';
import type { ScenarioDocument } from './scenario/document';
import { parseSetting, parseSteps, settingsOf } from './scenario/settings';

/** The scenario whose document is being looked at. */
export interface ChosenScenario {
  scenarioId: string;
  name: string;
  /** Number of the version. */
  version: number;
  /** What that version says. */
  document: ScenarioDocument;
}

/** The run being put together: what fails first, and under what. */
export interface RunDraft {
  outages: readonly { assetId: string; name: string }[];
  name: string;
  /** Null: the planning case, with what the form says. */
  scenario: ChosenScenario | null;
  document: ScenarioDocument;
  /** Numbers as typed, by their place; checked when the run is started. */
  texts: Readonly<Record<string, string>>;
}

export const EMPTY_DRAFT: RunDraft = { outages: [], name: '', scenario: null, document: {}, texts: {} };

/** Outlives the panel: switching between card and panel must not lose a half-made run. */
export const draftStore = createStore<RunDraft>(EMPTY_DRAFT);

/** The most outages the server takes in one run. */
export const MAX_OUTAGES = 5000;
export const MAX_NAME_LENGTH = 200;
export const STEPS_PLACE = 'options.ufls.steps_frac';

export function addOutage(assetId: string, name: string): void {
  draftStore.set((draft) =>
    draft.outages.some((outage) => outage.assetId === assetId)
      ? draft
      : { ...draft, outages: [...draft.outages, { assetId, name }] },
  );
}

export function removeOutage(assetId: string): void {
  draftStore.set((draft) => ({ ...draft, outages: draft.outages.filter((outage) => outage.assetId !== assetId) }));
}

export function typeText(place: string, text: string): void {
  draftStore.set((draft) => ({ ...draft, texts: { ...draft.texts, [place]: text } }));
}

/** Change what the document says; numbers that were typed and are no longer asked for are forgotten. */
export function editDocument(change: (before: ScenarioDocument) => ScenarioDocument): void {
  draftStore.set((draft) => {
    const document = change(draft.document);
    const places = new Set([STEPS_PLACE, ...settingsOf(document).map(({ place }) => place)]);
    const texts = Object.fromEntries(Object.entries(draft.texts).filter(([place]) => places.has(place)));
    return { ...draft, document, texts };
  });
}

export function chooseScenario(scenario: ChosenScenario | null): void {
  draftStore.set((draft) => ({ ...draft, scenario, document: scenario?.document ?? {}, texts: {} }));
}

export type DraftProblems = Readonly<Record<string, string>>;

/** What the form says as a document, with the typed numbers in it; or what is wrong, by place. */
export function readDocument(draft: RunDraft): { document: ScenarioDocument; problems: DraftProblems } {
  const problems: Record<string, string> = {};
  let { document } = draft;
  for (const setting of settingsOf(draft.document)) {
    const text = draft.texts[setting.place];
    // Only what was typed is put in: the rest stays as the document says it, or says nothing of it.
    if (text === undefined) {
      if (setting.fallback === null && setting.isOptional !== true && numberAt(document, setting.place) === null) {
        problems[setting.place] = 'Enter a number';
      }
      continue;
    }
    const parsed = parseSetting(text, setting);
    if ('problem' in parsed) problems[setting.place] = parsed.problem;
    else if (numberAt(document, setting.place) !== null || parsed.value !== setting.fallback) {
      document = writeAt(document, setting.place, parsed.value ?? undefined);
    }
  }
  const steps = draft.texts[STEPS_PLACE];
  if (steps !== undefined && readAt(document, 'options.ufls') != null) {
    const parsed = parseSteps(steps);
    if ('problem' in parsed) problems[STEPS_PLACE] = parsed.problem;
    else document = writeAt(document, STEPS_PLACE, parsed.value);
  }
  if (readAt(document, 'options.dispatch') === 'MERIT_ORDER' && listAt(document, 'unit_costs').length === 0) {
    problems['unit_costs'] = 'Merit order needs what a megawatt-hour costs';
  }
  return { document, problems };
}

/** Whether the form says something else than the version it was opened with. */
export function isChanged(draft: RunDraft): boolean {
  return !saysTheSame(readDocument(draft).document, draft.scenario?.document ?? {});
}

const DIRECT = new Set(['kind', 'load', 'rating_multiplier', 'ratings', 'unit_costs', 'options', 'seed']);

/** Whether a run takes all this without a scenario: load by a factor, ratings as stored or of an hour. */
export function needsNoScenario(document: ScenarioDocument): boolean {
  return (
    Object.keys(document).every((name) => DIRECT.has(name)) &&
    (textAt(document, 'load.form') ?? 'MULTIPLIER') === 'MULTIPLIER' &&
    textAt(document, 'ratings.form') !== 'TEMPERATURE'
  );
}

export interface RunInput {
  outages: string[];
  loadMultiplier: number;
  ratingMultiplier: number;
  name: string | null;
  options?: Record<string, unknown>;
  ratings?: { form: 'STORED' | 'HOUR'; at: string | null; isSecured: boolean };
  unitCosts?: { usdPerMwh: number; fuel: string; unitId: string }[];
}

export interface ScenarioInput {
  scenarioId: string;
  version: number;
  outages: string[];
  name: string | null;
}

export const SAVE_FIRST = 'A run names the version of the scenario it was made of: save the changes first.';

export type Checked = { run: RunInput } | { scenario: ScenarioInput } | { problems: DraftProblems };

/** What is asked of the server, or the problems by field. */
export function validateDraft(draft: RunDraft): Checked {
  const { document, problems: faults } = readDocument(draft);
  const problems: Record<string, string> = { ...faults };
  if (draft.outages.length === 0 && draft.scenario === null) {
    problems['outages'] = 'Choose at least one substation, bus or line that fails first';
  }
  if (draft.outages.length > MAX_OUTAGES) problems['outages'] = `At most ${MAX_OUTAGES} outages in one run`;
  const isSaveNeeded = draft.scenario === null ? !needsNoScenario(document) : !saysTheSame(document, draft.scenario.document);
  if (isSaveNeeded) problems['scenario'] = SAVE_FIRST;
  if (Object.keys(problems).length > 0) return { problems };
  const outages = draft.outages.map((outage) => outage.assetId);
  const name = draft.name.trim() === '' ? null : draft.name.trim();
  if (draft.scenario !== null) {
    return { scenario: { scenarioId: draft.scenario.scenarioId, version: draft.scenario.version, outages, name } };
  }
  return { run: { outages, name, ...directInput(document) } };
}

function directInput(document: ScenarioDocument): Omit<RunInput, 'outages' | 'name'> {
  const said = readAt(document, 'options');
  const seed = numberAt(document, 'seed');
  const options = { ...(isDocument(said) ? said : {}), ...(seed === null ? {} : { seed }) };
  const form = textAt(document, 'ratings.form') === 'HOUR' ? 'HOUR' : 'STORED';
  const isSecured = readAt(document, 'ratings.is_secured') === true;
  const unitCosts = listAt(document, 'unit_costs').map((cost) => ({
    usdPerMwh: numberAt(cost, 'usd_per_mwh') ?? Number.NaN,
    fuel: textAt(cost, 'fuel') ?? '',
    unitId: textAt(cost, 'unit_id') ?? '',
  }));
  return {
    loadMultiplier: numberAt(document, 'load.multiplier') ?? 1,
    ratingMultiplier: numberAt(document, 'rating_multiplier') ?? 1,
    ...(Object.keys(options).length > 0 && { options }),
    ...((form === 'HOUR' || isSecured) && { ratings: { form, at: textAt(document, 'ratings.at'), isSecured } }),
    ...(unitCosts.length > 0 && { unitCosts }),
  };
}
