import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { bestUnder, frontierOf, idsOf } from './frontier';
import type { Candidate } from './frontier';

const candidate = (id: string, costUsd: number, benefitUsd: number, group = id): Candidate => ({ id, costUsd, benefitUsd, group });

/** The best benefit by trying all sets. */
function bestByHand(candidates: readonly Candidate[], budgetUsd: number): number {
  let best = 0;
  for (let set = 0; set < 2 ** candidates.length; set += 1) {
    const taken = candidates.filter((_each, index) => (set >> index) % 2 === 1);
    const isAllowed = new Set(taken.map(({ group }) => group)).size === taken.length && taken.reduce((sum, { costUsd }) => sum + costUsd, 0) <= budgetUsd;
    if (isAllowed) best = Math.max(best, taken.reduce((sum, { benefitUsd }) => sum + benefitUsd, 0));
  }
  return best;
}

describe('the best sets for every budget', () => {
  it('are those found by trying all', () => {
    const some = fc.array(fc.record({ costUsd: fc.integer({ min: 1, max: 30 }), benefitUsd: fc.integer({ min: -5, max: 30 }), group: fc.constantFrom('a', 'b', 'c', 'd', 'e') }), { maxLength: 9 });
    fc.assert(
      fc.property(some, fc.integer({ min: 0, max: 120 }), (rows, budgetUsd) => {
        const candidates = rows.map((row, index) => ({ ...row, id: String(index) }));
        const frontier = frontierOf(candidates);
        const best = bestUnder(frontier, budgetUsd);
        expect(frontier.isExact).toBe(true);
        expect(best?.benefitUsd).toBe(bestByHand(candidates, budgetUsd));
        const ids = idsOf(best);
        expect(ids.reduce((sum, id) => sum + (candidates[Number(id)]?.costUsd ?? NaN), 0)).toBe(best?.costUsd);
      }),
      { numRuns: 200 },
    );
  });

  it('take of a group one at most', () => {
    const frontier = frontierOf([candidate('strong', 4, 10, 'line'), candidate('weak', 1, 6, 'line'), candidate('other', 2, 3)]);
    expect(idsOf(bestUnder(frontier, 7))).toEqual(['strong', 'other']);
    expect(idsOf(bestUnder(frontier, 3))).toEqual(['weak', 'other']);
    expect(idsOf(bestUnder(frontier, 0.5))).toEqual([]);
  });

  it('say so when some sets were dropped', () => {
    const many = Array.from({ length: 12 }, (_each, index) => candidate(String(index), 2 ** index, 2 ** index));
    expect(frontierOf(many).points.length).toBe(4096);
    const thinned = frontierOf(many, 100);
    expect(thinned.isExact).toBe(false);
    expect(thinned.points.length).toBeLessThanOrEqual(102);
  });
});
