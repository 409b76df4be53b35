/** What to do about a transformer, by the model that predicts its failure, its load and hot spot, and its health. */
import { bandOf } from './bands';
import { judge, OVERLOAD_PCT } from './overheating';
import type { Overheating, Stress } from './overheating';
import type { Health, Failure } from './transformerQueries';
import { evidenceWords, formatChance } from './words';

export type Action = Failure['action'];

/** Orders that can be made of a transformer. A failed unit's replacement is not among them: it records a failure. */
export const WORK_TYPES = ['INSPECTION', 'REPAIR', 'TRANSFORMER_RENEWAL', 'TRANSFORMER_UPGRADE'] as const;
export type WorkType = (typeof WORK_TYPES)[number];

export const WORK_TYPE_WORDS: Readonly<Record<WorkType, string>> = {
  INSPECTION: 'Inspect it',
  REPAIR: 'Repair it',
  TRANSFORMER_RENEWAL: 'Renew it, same rating',
  TRANSFORMER_UPGRADE: 'Replace it by a larger one',
};

export const ACTION_WORDS: Readonly<Record<Action, string>> = {
  INSPECT: 'Inspect it',
  REPLACE: 'Renew it before it fails',
  REPLACE_LARGER: 'Replace it by a larger one',
};

const WORK_OF: Readonly<Record<Action, WorkType>> = {
  INSPECT: 'INSPECTION',
  REPLACE: 'TRANSFORMER_RENEWAL',
  REPLACE_LARGER: 'TRANSFORMER_UPGRADE',
};

export type Basis = 'PREDICTION' | 'LOAD' | 'HEALTH';

export const BASIS_WORDS: Readonly<Record<Basis, string>> = {
  PREDICTION: 'by the model in service',
  LOAD: 'by its load',
  HEALTH: 'by its health',
};

export interface Recommendation {
  action: Action;
  workType: WorkType;
  priority: 'HIGH' | 'MEDIUM';
  /** Its load should go down until the work is done. */
  isReliefDue: boolean;
  /** All that speaks for it and on whose word, what decides first. */
  reasons: readonly { basis: Basis; why: string }[];
}

interface Voice extends Pick<Recommendation, 'action' | 'priority'> {
  basis: Basis;
  why: string;
}

type KnownHealth = Pick<Health, 'band' | 'healthIndex' | 'contributions'>;

/**
 * What is recommended; null: nothing speaks for action now.
 *
 * Its health speaks where the model sees no more than the usual chance; its load speaks always. The more urgent of
 * the two decides, the load last of two as urgent. A unit too small for its load is not renewed at the same rating.
 */
export function recommend(failure: Failure | null, health: KnownHealth | null, stress: Stress): Recommendation | null {
  const overheating = judge(stress);
  const isTooSmall = overheating?.isTooSmall === true;
  const voices = [byPrediction(failure) ?? byHealth(health), byLoad(overheating)].filter((voice) => voice !== null);
  const decides = voices.find((voice) => voice.priority === 'HIGH') ?? voices[0];
  if (decides === undefined) return null;
  const action = isTooSmall && decides.action === 'REPLACE' ? 'REPLACE_LARGER' : decides.action;
  return {
    action,
    workType: WORK_OF[action],
    priority: decides.priority,
    isReliefDue: isTooSmall,
    reasons: [decides, ...voices.filter((voice) => voice !== decides)].map(({ basis, why }) => ({ basis, why })),
  };
}

/** The reasons as sentences. */
export function reasonText({ reasons }: Recommendation): string {
  return reasons.map(({ why }) => `${why}.`).join(' ');
}

/** The model speaks where it sees at least twice the usual chance of a failure. */
function byPrediction(failure: Failure | null): Voice | null {
  if (failure === null || (failure.tier !== 'CRITICAL' && failure.tier !== 'HIGH' && failure.tier !== 'ELEVATED')) return null;
  const speaks = failure.mainEvidence == null ? '' : `; most speaks its ${evidenceWords(failure.mainEvidence).toLowerCase()}`;
  return {
    basis: 'PREDICTION',
    action: failure.action,
    priority: failure.tier === 'CRITICAL' ? 'HIGH' : 'MEDIUM',
    why: `${formatChance(failure.probability365d)} likely to fail within a year${speaks}`,
  };
}

function byLoad(overheating: Overheating | null): Voice | null {
  if (overheating === null) return null;
  const { isTooSmall, priority, why } = overheating;
  return { basis: 'LOAD', action: isTooSmall ? 'REPLACE_LARGER' : 'INSPECT', priority, why };
}

/** CNAIM has operators intervene in two bands: HI5 soon, HI4 in time. */
function byHealth(health: KnownHealth | null): Voice | null {
  const band = bandOf(health?.band);
  if (health === null || (band !== 'HI4' && band !== 'HI5')) return null;
  const evidence = (name: string) => health.contributions.find((each) => each.evidence === name && each.isKnown)?.value ?? null;
  const isInspected = evidence('INSPECTION') !== null;
  const loadingPct = evidence('LOADING');
  const action: Action = !isInspected ? 'INSPECT' : loadingPct !== null && loadingPct > OVERLOAD_PCT ? 'REPLACE_LARGER' : 'REPLACE';
  const detail = !isInspected ? ', and no inspection is on record' : action === 'REPLACE_LARGER' ? ', and its load exceeded its rating' : '';
  return { basis: 'HEALTH', action, priority: band === 'HI5' ? 'HIGH' : 'MEDIUM', why: `Its health is in band ${band}${detail}` };
}
