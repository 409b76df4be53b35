import { describe, expect, it } from 'vitest';

import { changed, decodeDecisions, DEFAULT_VIEW, encodeDecisions } from './address';

describe('the address of decisions', () => {
  it('says the whole view and back', () => {
    const view = { ...DEFAULT_VIEW, run: '7', tab: 'restoration' as const, study: '12', other: '15', isStarting: true, hours: { lowH: 1, midH: 4, highH: 8.5 }, plan: '12' };
    expect(encodeDecisions(view)).toBe('?run=7&tab=restoration&study=12&with=15&new=1&hours=1,4,8.5&plan=12');
    expect(decodeDecisions(encodeDecisions(view))).toEqual(view);
    expect(encodeDecisions(DEFAULT_VIEW)).toBe('');
  });

  it('drops what a link says wrongly', () => {
    expect(decodeDecisions('?run=x&tab=nothing&study=1e3&with=<b>&hours=8,4,1&view=other')).toEqual(DEFAULT_VIEW);
    expect(decodeDecisions('?study=3&with=3').other).toBeNull();
    expect(decodeDecisions('?hours=1,2').hours).toBeNull();
    expect(decodeDecisions('?hours=-1,2,3').hours).toBeNull();
  });

  it('forgets the studies of another tab, and all but the tab of another run', () => {
    const view = { ...DEFAULT_VIEW, run: '7', tab: 'mitigation' as const, study: '3', other: '4', hours: { lowH: 1, midH: 1, highH: 1 } };
    expect(changed(view, { tab: 'staging' })).toEqual({ ...view, tab: 'staging', study: null, other: null });
    expect(changed(view, { run: '8' })).toEqual({ ...DEFAULT_VIEW, run: '8', tab: 'mitigation' });
    expect(changed(view, { other: null })).toEqual({ ...view, other: null });
  });
});
