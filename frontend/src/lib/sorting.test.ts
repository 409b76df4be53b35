import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { nextSorting, sorted } from './sorting';

describe('sorting', () => {
  it('keeps what is not known at the end in both directions, and loses no row', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.integer())), fc.boolean(), (values, isDescending) => {
        const found = sorted(values, (value) => value, isDescending);
        const known = values.filter((value) => value !== null).sort((a, b) => (isDescending ? b - a : a - b));
        expect(found).toEqual([...known, ...values.filter((value) => value === null)]);
      }),
    );
  });

  it('keeps equal rows in their order', () => {
    const rows = [{ n: 1, at: 'a' }, { n: 1, at: 'b' }, { n: 0, at: 'c' }];
    expect(sorted(rows, (row) => row.n, true).map((row) => row.at)).toEqual(['a', 'b', 'c']);
  });

  it('knows that 10 comes after 9 within a text', () => {
    expect(sorted(['SUB-10', 'SUB-9', 'sub-1'], (text) => text, false)).toEqual(['sub-1', 'SUB-9', 'SUB-10']);
  });

  it('goes one way, the other, and back', () => {
    const first = nextSorting(null, 'use', true);
    expect(first).toEqual({ key: 'use', isDescending: true });
    expect(nextSorting(first, 'use', true)).toEqual({ key: 'use', isDescending: false });
    expect(nextSorting({ key: 'use', isDescending: false }, 'use', true)).toBeNull();
    expect(nextSorting(first, 'name', false)).toEqual({ key: 'name', isDescending: false });
  });
});
