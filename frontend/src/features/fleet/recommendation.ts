/** What to do about a transformer, by the model that predicts its failure, else by its health. */
import { bandOf } from './bands';
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

export interface Recommendation {
  action: Action;
  workType: WorkType;
  priority: 'HIGH' | 'MEDIUM';
  /** Whose word it is. */
  basis: 'PREDICTION' | 'HEALTH';
  why: string;
}

/** Above this its rating is too small for its load. */
const OVERLOAD_PCT = 100;

/**
 * What is recommended; null: nothing speaks for action now.
 *
 * The model speaks where it sees at least twice the usual chance of a failure. Elsewhere the bands do for which
 * CNAIM has operators intervene: HI5 soon, HI4 in time.
 */
export function recommend(
  failure: Failure | null,
  health: Pick<Health, 'band' | 'healthIndex' | 'contributions'> | null,
): Recommendation | null {
  if (failure !== null && (failure.tier === 'CRITICAL' || failure.tier === 'HIGH' || failure.tier === 'ELEVATED')) {
    const speaks = failure.mainEvidence == null ? '' : `; most speaks its ${evidenceWords(failure.mainEvidence).toLowerCase()}`;
    return {
      action: failure.action,
      workType: WORK_OF[failure.action],
      priority: failure.tier === 'CRITICAL' ? 'HIGH' : 'MEDIUM',
      basis: 'PREDICTION',
      why: `${formatChance(failure.probability365d)} likely to fail within a year${speaks}`,
    };
  }
  const band = bandOf(health?.band);
  if (health === null || (band !== 'HI4' && band !== 'HI5')) return null;
  const evidence = (name: string) => health.contributions.find((each) => each.evidence === name && each.isKnown)?.value ?? null;
  const isInspected = evidence('INSPECTION') !== null;
  const loadingPct = evidence('LOADING');
  const action: Action = !isInspected ? 'INSPECT' : loadingPct !== null && loadingPct > OVERLOAD_PCT ? 'REPLACE_LARGER' : 'REPLACE';
  const detail = !isInspected ? ', and no inspection is on record' : action === 'REPLACE_LARGER' ? ', and its load exceeded its rating' : '';
  return {
    action,
    workType: WORK_OF[action],
    priority: band === 'HI5' ? 'HIGH' : 'MEDIUM',
    basis: 'HEALTH',
    why: `Its health is in band ${band}${detail}`,
  };
}
