import { describe, expect, it } from 'vitest';

import { findingsOf } from './problems';
import { effectOf, stateOf } from './testEffect';

const texts = (effect: Parameters<typeof findingsOf>[0]) => findingsOf(effect).map(({ severity, text }) => `${severity}: ${text.replaceAll('\u00a0', ' ')}`);

describe('problems of a studied state', () => {
  it('are none where all stays supplied within the ratings', () => {
    expect(findingsOf(effectOf({}))).toEqual([]);
  });

  it('are customers out, loops, and ratings passed', () => {
    const circuits = [
      { circuitId: 'CKT-1', ratedMva: 10, before: stateOf({ loadKva: 4_000, loadingPct: 40 }), after: stateOf({ loadKva: 11_200, loadingPct: 112, overloadedCount: 2, worstAssetId: 'LINE-7', worstLoadingPct: 130.4 }) },
    ];
    const effect = effectOf({
      loses: { customerCount: 1_200, criticalCustomerCount: 3, transformerCount: 40, transformerIds: [] },
      newLoops: { sectionCount: 5, switchCount: 1, sectionIds: ['LINE-1'], switchIds: ['SW-9'] },
      circuits,
    });
    expect(texts(effect)).toEqual([
      'error: 1,200 customers behind 40 transformers lose supply, 3 of them critical.',
      'warning: Parallel supply: a loop closes at SW-9. How the loop shares the load is not known.',
      'error: CKT-1 would carry 112% of its rating.',
      'error: 2 sections or switches of CKT-1 above the rating, LINE-7 most: 130%.',
    ]);
  });

  it('are bounds where loads are not known, and never silence', () => {
    const after = stateOf({ loadKva: 10_500, loadingPct: null, unknownLoads: 4 });
    expect(texts(effectOf({ circuits: [{ circuitId: 'CKT-1', ratedMva: 10, before: stateOf({}), after }] }))).toEqual([
      'error: CKT-1 would carry at least 105% of its rating.',
      'info: The load of 4 transformers on CKT-1 is not known: its load is a lower bound.',
    ]);
    const unrated = { circuitId: 'CKT-2', ratedMva: null, before: stateOf({}), after: stateOf({ inLoop: true, loadingPct: null }) };
    expect(texts(effectOf({ circuits: [unrated] }))).toEqual([
      'info: The rating of CKT-2 is not known.',
      'info: CKT-2 is in a loop: what its sections carry is not known.',
    ]);
  });

  it('leave aside what was above its rating before', () => {
    const state = stateOf({ overloadedCount: 1, worstAssetId: 'LINE-7', worstLoadingPct: 101 });
    expect(findingsOf(effectOf({ circuits: [{ circuitId: 'CKT-1', ratedMva: 10, before: state, after: state }] }))).toEqual([]);
  });
});
