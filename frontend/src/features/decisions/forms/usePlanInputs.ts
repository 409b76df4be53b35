import { useState } from 'react';

import { parseIds, RULES, typed } from '../fields';
import { flagIn, listIn, numberIn, textsIn } from '../frozen';
import type { Json } from '../frozen';

import { hasFault, REPAIR_FIELDS, repairOf, repairRow } from './rows';
import type { Row } from './rows';
import type { Texts } from './useTexts';

const USUAL = { detour: 0.2, samples: 1000, seed: 0 } as const;

export const DRAW_RULES = { detour: RULES.detour, samples: RULES.samples, seed: RULES.seed } as const;

export type DrawName = keyof typeof DRAW_RULES;

interface Draws {
  detourFrac: number;
  samples: number;
  seed: number;
}

/** The draws of a study one begins from, or the usual. */
export function drawsIn(inputs: Json): Draws {
  return {
    detourFrac: numberIn(inputs, 'detour_frac') ?? USUAL.detour,
    samples: numberIn(inputs, 'samples') ?? USUAL.samples,
    seed: numberIn(inputs, 'seed') ?? USUAL.seed,
  };
}

/** The fields of the draws as they are at first. */
export function drawTexts(inputs: Json): Record<DrawName, string> {
  const { detourFrac, samples, seed } = drawsIn(inputs);
  return { detour: typed(detourFrac), samples: typed(samples), seed: typed(seed) };
}

/** What the API is asked for; null while a field is wrong. */
export function drawsOf(value: Texts<DrawName>['value']): Draws | null {
  const [detourFrac, samples, seed] = [value('detour'), value('samples'), value('seed')];
  return detourFrac === null || samples === null || seed === null ? null : { detourFrac, samples, seed };
}

export type PlanInputs = ReturnType<typeof usePlanInputs>;

/** What is repaired, and what goes first: asked alike for plans of restoration and of staging. */
export function usePlanInputs(inputs: Json) {
  const [isCriticalFirst, onCriticalFirst] = useState(flagIn(inputs, 'is_critical_first'));
  const [substations, onSubstations] = useState(textsIn(inputs, 'first_substations').join(', '));
  const [repairs, onRepairs] = useState<readonly Row[]>(listIn(inputs, 'repairs').map(repairRow));
  return {
    isCriticalFirst,
    onCriticalFirst,
    substations,
    onSubstations,
    repairs,
    onRepairs,
    hasFault: hasFault(REPAIR_FIELDS, repairs),
    /** As the API takes them. */
    asked: () => ({ isCriticalFirst, firstSubstations: parseIds(substations), repairs: repairs.map(repairOf) }),
  };
}
