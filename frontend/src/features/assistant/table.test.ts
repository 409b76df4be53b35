import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { nextSorting } from '../../lib/sorting';

import type { Cell, ColumnType, TableColumn } from './events';
import { fileName, formatCell, headOf, sortRows, toCsv, toTabs } from './table';

const column = (type: ColumnType, unit: string | null = null, name = 'x'): TableColumn => ({ name, label: 'Rating', type, unit });
const CELL = fc.oneof(fc.constant(null), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer());

/** Fields of CSV text, by the rules of RFC 4180. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  let field = '';
  let isQuoted = false;
  for (let i = 0; i < text.length; i += 1) {
    const char = text[i] ?? '';
    if (isQuoted) {
      if (char === '"' && text[i + 1] === '"') {
        field += '"';
        i += 1;
      } else if (char === '"') isQuoted = false;
      else field += char;
    } else if (char === '"') isQuoted = true;
    else if (char === ',' || char === '\r') {
      rows.at(-1)?.push(field);
      field = '';
      if (char === '\r') {
        rows.push([]);
        i += 1;
      }
    } else field += char;
  }
  rows.pop();
  return rows;
}

describe('sorting', () => {
  it('keeps every row, in order, with the unknown last', () => {
    fc.assert(
      fc.property(fc.array(CELL), fc.boolean(), (cells, isDescending) => {
        const rows = cells.map((cell, at): Cell[] => [cell, at]);
        const sorted = sortRows(rows, { key: 0, isDescending });
        expect([...sorted].sort((a, b) => Number(a[1]) - Number(b[1]))).toEqual(rows);
        sorted.slice(1).forEach((row, i) => {
          const [left, right] = [sorted[i]?.[0] ?? null, row[0] ?? null];
          if (left === null) expect(right).toBeNull();
          else if (right !== null) {
            expect(isDescending ? right <= left : right >= left).toBe(true);
            if (left === right) expect(Number(row[1])).toBeGreaterThan(Number(sorted[i]?.[1]));
          }
        });
      }),
    );
  });

  it('puts numbers in texts in the order of the numbers', () => {
    expect(sortRows([['CKT-10'], ['CKT-9'], [null], ['ckt-1']], { key: 0, isDescending: false }).flat()).toEqual(['ckt-1', 'CKT-9', 'CKT-10', null]);
  });

  it('begins with the largest number or the first word, then turns, then ends', () => {
    const first = nextSorting(null, 2, true);
    expect(first).toEqual({ key: 2, isDescending: true });
    expect(nextSorting(first, 2, true)).toEqual({ key: 2, isDescending: false });
    expect(nextSorting({ key: 2, isDescending: false }, 2, true)).toBeNull();
    expect(nextSorting({ key: 1, isDescending: false }, 1, false)).toEqual({ key: 1, isDescending: true });
    expect(nextSorting(first, 0, false)).toEqual({ key: 0, isDescending: false });
  });
});

describe('cells', () => {
  it('are read as what they are', () => {
    expect(formatCell(null, column('REAL', 'kVA'))).toBe('–');
    expect(formatCell(12_345, column('INTEGER'))).toBe('12,345');
    expect(formatCell(2_025, column('INTEGER', null, 'installed_year'))).toBe('2025');
    expect(formatCell(0.1234, column('REAL'))).toBe('0.12');
    expect(formatCell(98.76, column('REAL'))).toBe('98.8');
    expect(formatCell(true, column('BOOLEAN'))).toBe('yes');
    expect(formatCell('2026-03-01', column('DATE'))).toBe('2026-03-01');
    expect(formatCell('2026-03-01T18:00:00+00:00', column('TIMESTAMP'), 'America/Chicago')).toBe('Mar 1, 2026, 12:00');
    expect(formatCell('2026-03-01T18:00:00', column('TIMESTAMP'), 'America/Chicago')).toBe('2026-03-01 18:00');
  });

  it('have their unit in the head', () => {
    expect(headOf(column('REAL', 'kVA'))).toBe('Rating (kVA)');
    expect(headOf(column('REAL', '1'))).toBe('Rating');
    expect(headOf({ ...column('REAL', 'kVA'), label: 'Rating (kVA)' })).toBe('Rating (kVA)');
  });
});

describe('a table taken along', () => {
  it('is CSV that reads back to the same cells', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.oneof(fc.constant(null), fc.string()), CELL), { maxLength: 8 }), (rows) => {
        const csv = toCsv({ columns: [column('TEXT'), column('REAL', 'kW')] }, rows);
        const fields = parseCsv(csv);
        expect(fields[0]).toEqual(['Rating', 'Rating (kW)']);
        expect(fields.slice(1)).toHaveLength(rows.length);
        rows.forEach(([text, number], at) => {
          const [textField, numberField] = fields[at + 1] ?? [];
          expect([text ?? '', `'${text ?? ''}`]).toContain(textField);
          if (number === null) expect(numberField).toBe('');
          else expect(Number(numberField)).toBe(number === 0 ? 0 : number);
        });
      }),
    );
  });

  it('holds nothing that a spreadsheet would run', () => {
    const csv = toCsv({ columns: [column('TEXT')] }, [['=HYPERLINK("http://x")'], ['@a'], ['-5'], [-5]]);
    expect(csv).toBe('Rating\r\n"\'=HYPERLINK(""http://x"")"\r\n\'@a\r\n-5\r\n-5\r\n');
  });

  it('is tabs on the clipboard', () => {
    expect(toTabs({ columns: [column('TEXT'), column('REAL', 'kW')] }, [['a\tb', 1.5], [null, null]])).toBe('Rating\tRating (kW)\na b\t1.5\n\t');
  });

  it('is named after its title', () => {
    expect(fileName('Customers out, by cause!', 'csv')).toBe('customers-out-by-cause.csv');
    expect(fileName(null, 'png')).toBe('assistant.png');
    expect(fileName('…', 'png')).toBe('assistant.png');
  });
});
