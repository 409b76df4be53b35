import { createStore } from '../../lib/store';

/** The run being put together: what fails first and how hard the grid is used. */
export interface RunDraft {
  outages: readonly { assetId: string; name: string }[];
  /** As typed; validated when the run is started. */
  loadMultiplier: string;
  ratingMultiplier: string;
  name: string;
}

export const EMPTY_DRAFT: RunDraft = { outages: [], loadMultiplier: '1', ratingMultiplier: '1', name: '' };

/** Outlives the panel: switching between card and panel must not lose a half-made run. */
export const draftStore = createStore<RunDraft>(EMPTY_DRAFT);

/** The most outages the server takes in one run. */
export const MAX_OUTAGES = 5000;
export const MAX_NAME_LENGTH = 200;
const LOWEST_MULTIPLIER = 1e-6;
const HIGHEST_MULTIPLIER = 1e6;

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

/** A multiplier as typed: the number, or what is wrong with it. */
export function parseMultiplier(text: string): { value: number } | { problem: string } {
  const trimmed = text.trim();
  if (trimmed === '') return { problem: 'Enter a number' };
  const value = Number(trimmed);
  if (!Number.isFinite(value)) return { problem: 'Not a number' };
  if (value <= 0) return { problem: 'Must be above 0' };
  if (value < LOWEST_MULTIPLIER || value > HIGHEST_MULTIPLIER) return { problem: 'From 0.000001 to 1,000,000' };
  return { value };
}

export interface RunInput {
  outages: string[];
  loadMultiplier: number;
  ratingMultiplier: number;
  name: string | null;
}

export type DraftProblems = Partial<Record<'outages' | 'loadMultiplier' | 'ratingMultiplier', string>>;

/** The input of the mutation, or the problems by field. */
export function validateDraft(draft: RunDraft): { input: RunInput } | { problems: DraftProblems } {
  const problems: DraftProblems = {};
  if (draft.outages.length === 0) problems.outages = 'Choose at least one substation, bus or line that fails first';
  if (draft.outages.length > MAX_OUTAGES) problems.outages = `At most ${MAX_OUTAGES} outages in one run`;
  const load = parseMultiplier(draft.loadMultiplier);
  const rating = parseMultiplier(draft.ratingMultiplier);
  if ('problem' in load) problems.loadMultiplier = load.problem;
  if ('problem' in rating) problems.ratingMultiplier = rating.problem;
  if ('problem' in load || 'problem' in rating || Object.keys(problems).length > 0) return { problems };
  return {
    input: {
      outages: draft.outages.map((outage) => outage.assetId),
      loadMultiplier: load.value,
      ratingMultiplier: rating.value,
      name: draft.name.trim() === '' ? null : draft.name.trim(),
    },
  };
}
