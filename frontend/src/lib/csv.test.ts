import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { csvOf } from './csv';

/** A reader of RFC 4180, written for this test alone. */
function read(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let isQuoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at] ?? '';
    if (isQuoted) {
      if (char !== '"') cell += char;
      else if (text[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else isQuoted = false;
    } else if (char === '"') isQuoted = true;
    else if (char === ',') {
      row.push(cell);
      cell = '';
    } else if (char === '\r' && text[at + 1] === '\n') {
      rows.push([...row, cell]);
      row = [];
      cell = '';
      at += 1;
    } else cell += char;
  }
  return rows;
}

describe('csv', () => {
  it('says again what it was given', () => {
    const plain = fc.string().filter((text) => !/^[=+\-@\t\r]/.test(text));
    fc.assert(
      fc.property(fc.array(fc.tuple(plain, fc.option(fc.double({ noNaN: true })), fc.boolean())), (rows) => {
        const expected = rows.map((row) => row.map((cell) => (cell === null ? '' : String(cell))));
        expect(read(csvOf(['a', 'b,', '"c"'], rows))).toEqual([['a', 'b,', '"c"'], ...expected]);
      }),
    );
  });

  it.each([
    ['=HYPERLINK("http://x")', '"\'=HYPERLINK(""http://x"")"'],
    ['@a', "'@a"],
    ['-', "'-"],
    ['-2.5', '-2.5'],
    [-2.5, '-2.5'],
    [null, ''],
    [undefined, ''],
    [' padded', '" padded"'],
    [0.1 + 0.2, '0.30000000000000004'],
  ])('%s', (cell, expected) => {
    expect(csvOf(['n', 'x'], [['1', cell]])).toBe(`n,x\r\n1,${expected}\r\n`);
  });
});
