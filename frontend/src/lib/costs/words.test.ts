import { describe, expect, it } from 'vitest';

import { formatRange, formatUsd, ledgerWords } from './words';

describe('dollars', () => {
  it.each([
    [null, '–'],
    [Number.NaN, '–'],
    [0, '$0'],
    [8.4, '$8.40'],
    [9_999, '$9,999'],
    [12_345, '$12.3\u00a0k'],
    [999_600, '$1.00\u00a0M'],
    [-3_630_000, '−$3.63\u00a0M'],
    [14_516_690_414, '$14.5\u00a0bn'],
  ])('%s reads %s', (value, text) => expect(formatUsd(value)).toBe(text));

  it('have their range, and say which side is open', () => {
    expect(formatRange({ low: 1e6, mid: 2e6, high: 3e6 }, formatUsd)).toBe('$2.00\u00a0M ($1.00\u00a0M to $3.00\u00a0M)');
    expect(formatRange({ low: 5e6, mid: null, high: null }, formatUsd)).toBe('at least $5.00\u00a0M');
    expect(formatRange({ low: null, mid: null, high: 5e6 }, formatUsd)).toBe('at most $5.00\u00a0M');
    expect(formatRange({ low: null, mid: null, high: null }, formatUsd)).toBe('–');
    expect(formatRange({ low: 0, mid: 0, high: 0 }, formatUsd)).toBe('$0');
  });

  it('a ledger without words of its own is named by its code', () => {
    expect([ledgerWords('LABOUR'), ledgerWords('FUEL_COST')]).toEqual(['Hours of crews', 'Fuel cost']);
  });
});
