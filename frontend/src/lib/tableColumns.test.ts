import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { beginsWithLargest, fileColumns, isSortable, sortRows, toCsv } from './tableColumns';
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

  it('go into a file with all digits; the unknown is empty, and nothing runs as a formula', () => {
    const rows = [
      { name: 'North, "old"', use: 1234.5678901 },
      { name: '=1+1', use: null },
      { name: '-', use: -0.5 },
    ];
    expect(toCsv(rows, COLUMNS)).toBe('Name,Use (kWh)\r\n"North, ""old""",1234.5678901\r\n\'=1+1,\r\n\'-,-0.5\r\n');
  });

  it('are in order of what a column counts by, the most on top at first, or as they came', () => {
    const level: Column<Row> = { key: 'level', label: 'Level', value: ({ name }) => name, order: ({ use }) => use };
    const rows = [{ name: 'low', use: 1 }, { name: 'critical', use: 3 }, { name: 'not known', use: null }, { name: 'high', use: 2 }];
    expect(beginsWithLargest(level)).toBe(true);
    expect(sortRows(rows, [level], { key: 'level', isDescending: true }).map(({ name }) => name)).toEqual(['critical', 'high', 'low', 'not known']);
    const plain: Column<Row> = { key: 'plain', label: 'Plain' };
    expect(isSortable(plain)).toBe(false);
    expect(sortRows(rows, [plain], { key: 'plain', isDescending: true })).toBe(rows);
  });

  it('go into a file of programs by their keys, with columns of the file alone, without those that hold nothing', () => {
    const columns = [NAME, { key: 'button', label: 'Open' }, ...fileColumns<Row>({ use_kwh: ({ use }) => use, unknown: () => undefined })];
    expect(toCsv([{ name: 'T1', use: 0.5 }], columns, 'keys')).toBe('name,use_kwh,unknown\r\nT1,0.5,\r\n');
  });
});
