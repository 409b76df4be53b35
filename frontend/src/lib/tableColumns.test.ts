import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { nextSorting } from './sorting';
import { sortRows, toCsv } from './tableColumns';
import type { Column } from './tableColumns';

interface Row {
  name: string;
  use: number | null;
}

const NAME: Column<Row> = { key: 'name', label: 'Name', value: ({ name }) => name };
const USE: Column<Row> = { key: 'use', label: 'Use', unit: 'kWh', isNumber: true, value: ({ use }) => use };
const COLUMNS = [NAME, USE];

describe('rows', () => {
  it('are in order, the unknown last either way', () => {
    const row = fc.record({ name: fc.string(), use: fc.option(fc.integer()) });
    fc.assert(
      fc.property(fc.array(row), fc.boolean(), (rows, isDescending) => {
        const sorted = sortRows(rows, COLUMNS, { key: 'use', isDescending }).map(({ use }) => use);
        const known = sorted.filter((use) => use !== null);
        expect(sorted.slice(0, known.length)).toEqual(known);
        expect(known).toEqual([...known].sort((a, b) => (isDescending ? b - a : a - b)));
        expect(sorted).toHaveLength(rows.length);
      }),
    );
  });

  it('count in names as people do', () => {
    const rows = ['T10', 'T9', 't1'].map((name) => ({ name, use: null }));
    expect(sortRows(rows, COLUMNS, { key: 'name', isDescending: false }).map(({ name }) => name)).toEqual(['t1', 'T9', 'T10']);
  });

  it('begin with the largest numbers, and come back to the order of before', () => {
    const first = nextSorting(null, 'use', true);
    expect(first).toEqual({ key: 'use', isDescending: true });
    const second = nextSorting(first, 'use', true);
    expect(second).toEqual({ key: 'use', isDescending: false });
    expect(nextSorting(second, 'use', true)).toBeNull();
    expect(nextSorting(first, 'name', false)).toEqual({ key: 'name', isDescending: false });
  });

  it('go into a file with all digits; the unknown is empty, and nothing runs as a formula', () => {
    const rows = [
      { name: 'North, "old"', use: 1234.5678901 },
      { name: '=1+1', use: null },
      { name: '-', use: -0.5 },
    ];
    expect(toCsv(rows, COLUMNS)).toBe('Name,Use (kWh)\r\n"North, ""old""",1234.5678901\r\n\'=1+1,\r\n\'-,-0.5\r\n');
  });
});
