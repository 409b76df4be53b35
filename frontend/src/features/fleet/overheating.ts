/**
 * What a transformer's load and hot spot say about it.
 *
 * Limits of the hot spot by IEEE Std C57.91-2011 for power transformers, as in the classes of thermal stress of the
 * API: 120 °C for loading beyond nameplate that costs no more than normal life; 140 °C for long emergencies, above
 * which gas bubbles may form in the oil.
 */
import { formatQuantity } from '../../lib/format';

import type { Ageing, Failure, Transformer } from './transformerQueries';

const NORMAL_LIMIT_C = 120;
const EMERGENCY_LIMIT_C = 140;
/** Above this its rating is too small for its load. */
export const OVERLOAD_PCT = 100;

export interface Stress {
  /** Highest hourly load over the rating, %. */
  loadingPct: number | null;
  /** Highest hot spot, °C; null: not known. */
  hotSpotC: number | null;
}

/** The highest that is known: of the newest days and, where the model looked at it, of the last year. */
export function stressOf(
  transformer: Pick<Transformer, 'peakLoadingPct'>,
  ageing: Pick<Ageing, 'peakHotSpotC'> | null,
  failure: Pick<Failure, 'peakLoadingPct' | 'peakHotSpotC'> | null,
): Stress {
  return {
    loadingPct: highest(transformer.peakLoadingPct, failure?.peakLoadingPct),
    hotSpotC: highest(ageing?.peakHotSpotC, failure?.peakHotSpotC),
  };
}

export interface Overheating {
  priority: 'HIGH' | 'MEDIUM';
  /** Its load is the reason, so that a larger one would help. */
  isTooSmall: boolean;
  why: string;
}

/** Null: neither calls for action. Where the hot spot is known it speaks for the load, too. */
export function judge({ loadingPct, hotSpotC }: Stress): Overheating | null {
  const isOverloaded = loadingPct !== null && loadingPct > OVERLOAD_PCT;
  const load = `${formatQuantity(loadingPct, '%', 0)} of its rating`;
  if (hotSpotC === null) {
    return isOverloaded ? { priority: 'MEDIUM', isTooSmall: false, why: `Its load reached ${load}, and its hot spot is not known` } : null;
  }
  if (hotSpotC <= NORMAL_LIMIT_C) return null;
  const isEmergency = hotSpotC > EMERGENCY_LIMIT_C;
  const limit = isEmergency
    ? `above ${formatQuantity(EMERGENCY_LIMIT_C, '°C')} gas bubbles may form in its oil`
    : `above ${formatQuantity(NORMAL_LIMIT_C, '°C')} its insulation ages faster than planned`;
  const cause = isOverloaded ? ` and its load ${load}` : ', though no load above its rating is on record';
  return {
    priority: isEmergency ? 'HIGH' : 'MEDIUM',
    isTooSmall: isOverloaded,
    why: `Its hot spot reached ${formatQuantity(hotSpotC, '°C', 0)}${cause}; ${limit}`,
  };
}

function highest(...values: readonly (number | null | undefined)[]): number | null {
  const known = values.filter((value) => value != null);
  return known.length === 0 ? null : Math.max(...known);
}
