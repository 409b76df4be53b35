import { describe, expect, it } from 'vitest';

import { actionName, priorityOf, sideEffects } from './priority';

describe('actions', () => {
  it('that stop the cascade without shedding come first', () => {
    expect(priorityOf({ isContained: true, shedMw: 0 })).toBe(1);
    expect(priorityOf({ isContained: true, shedMw: 12 })).toBe(2);
    expect(priorityOf({ isContained: false, shedMw: 0 })).toBe(3);
  });

  it('are called by what they are done to', () => {
    expect(actionName({ kind: 'SWITCH_LINE', targets: ['BR-1', 'BR-2'], names: ['Alpha', null] })).toBe('Open a branch: Alpha, BR-2');
    expect(actionName({ kind: 'REDISPATCH', targets: [], names: [] })).toBe('Redispatch units');
  });

  it('say what they do beside saving load', () => {
    const mw = (value: number): string => `${value} MW`;
    expect(sideEffects({ kind: 'REDISPATCH', shedMw: 0, movedMw: 50, trippedCount: 0 }, mw)).toEqual(['moves 50 MW of output']);
    expect(sideEffects({ kind: 'EMERGENCY_RATING', shedMw: 0, movedMw: 0, trippedCount: 1 }, mw)).toEqual(['1 branch still trips', 'holds for minutes only: it buys time']);
    expect(sideEffects({ kind: 'SHED', shedMw: 0.01, movedMw: 0, trippedCount: 0 }, mw)).toEqual([]);
  });
});
