import { describe, expect, it } from 'vitest';

import { formatBytes } from './common/sizes';
import { areaOf, filtersOf, filterText } from './exports/conditions';
import { parseMapping, storedMapping, unusedColumns, withRule } from './imports/mapping';
import { reasonsOf, rejectsCsv } from './imports/rejects';
import { resultOf } from './imports/upload';
import { layersOf, rowsText } from './layers/runs';
import { decodeChoice, encodeChoice } from './quality/rules';

describe('CSV', () => {
  it('of refused rows has the columns of the file', () => {
    const reject = { rowNumber: 3, rowKey: 'POLE-1', reason: 'WRONG_TYPE', column: 'pole_height_m', detail: "'tall'", resolvedAt: null };
    expect(rejectsCsv([{ ...reject, row: { pole_id: 'POLE-1', height: 'tall' } }, { ...reject, rowNumber: 4, row: null }])).toBe(
      "row_number,row_key,reason,column,detail,resolved_at,pole_id,height\r\n3,POLE-1,WRONG_TYPE,pole_height_m,'tall',,POLE-1,tall\r\n4,POLE-1,WRONG_TYPE,pole_height_m,'tall',,,\r\n",
    );
    expect(reasonsOf([{ reason: 'A' }, { reason: 'B' }, { reason: 'B' }])).toEqual([{ reason: 'B', count: 2 }, { reason: 'A', count: 1 }]);
  });
});

describe('sizes', () => {
  it.each([
    [0, '0\u00a0B'],
    [999, '999\u00a0B'],
    [12_400, '12.4\u00a0kB'],
    [3_200_000_000, '3.2\u00a0GB'],
    [null, '–'],
  ])('%s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));
});

describe('a mapping', () => {
  const STORED = {
    pole_id: { column: 'ID' },
    pole_height_m: { column: 'TALL', unit: 'ft' },
    pole_class: { constant: 'H1' },
    latitude: { geometry: true },
    owner: null,
    geometry: 'WKT',
  };

  it('comes back as it was stored', () => {
    expect(storedMapping(parseMapping(STORED))).toEqual(STORED);
  });

  it('takes another rule, and tells what is not used', () => {
    const mapping = withRule(parseMapping(STORED), 'install_year', { kind: 'COLUMN', column: 'YEAR', unit: '' });
    expect(storedMapping(mapping).install_year).toEqual({ column: 'YEAR' });
    expect(unusedColumns(mapping, ['ID', 'TALL', 'YEAR', 'WKT', 'NOTE'])).toEqual(['NOTE']);
  });
});

describe('an upload', () => {
  it('is known by its digest', () => {
    expect(resultOf(201, '{"digest": "ab", "name": "poles.csv"}').received).toEqual({ digest: 'ab', name: 'poles.csv' });
  });

  it('says why it was refused', () => {
    const text = '{"errors": [{"message": "Too large.", "extensions": {"code": "FILE_TOO_LARGE", "field": "file"}}]}';
    expect(resultOf(413, text).problem).toEqual({ code: 'FILE_TOO_LARGE', message: 'Too large.', field: 'file' });
  });

  it('says the status where a proxy refused it', () => {
    expect(resultOf(502, '<html>').problem).toMatchObject({ code: 'HTTP_502' });
  });
});

describe('what is exported', () => {
  it('is everywhere, or in a rectangle that is one', () => {
    expect(areaOf(' ')).toEqual({ bbox: null, fault: null });
    expect(areaOf('-95.5, 29.6, -95.2, 29.9').bbox).toEqual([-95.5, 29.6, -95.2, 29.9]);
    expect(areaOf('-95.5, 29.6, -95.2').fault).toContain('Four numbers');
    expect(areaOf('-95.2, 29.6, -95.5, 29.9').fault).toContain('West must be less');
    expect(areaOf('a, 29.6, -95.5, 29.9').fault).not.toBeNull();
  });

  it('meets conditions that are complete', () => {
    expect(
      filtersOf([
        { attribute: 'pole_class', relation: 'IN', values: 'H1, H2,' },
        { attribute: 'owner', relation: 'IS_KNOWN', values: 'left over' },
        { attribute: ' ', relation: 'AT_MOST', values: '3' },
      ]),
    ).toEqual([
      { attribute: 'pole_class', relation: 'IN', values: ['H1', 'H2'] },
      { attribute: 'owner', relation: 'IS_KNOWN', values: [] },
    ]);
    expect(filterText({ attribute: 'install_year', relation: 'AT_MOST', values: ['1980'] })).toBe('install_year is at most 1980');
  });
});

describe('a sync', () => {
  it('is of the layers it names, or of all', () => {
    expect(layersOf({ layers: ['poles'] })).toEqual(['poles']);
    expect(layersOf({})).toBeNull();
  });

  it('tells what it did', () => {
    expect(rowsText({ rows_inserted: 1_200, rows_deleted: 0, rows_rejected: 3 })).toBe('1,200 inserted, 0 deleted, 3 refused');
    expect(rowsText({})).toBeNull();
  });
});

describe('the findings chosen', () => {
  it('are in the address', () => {
    const choice = { kind: 'LOOP', severity: 'WARNING', assetId: 'CKT-1', offset: 100 } as const;
    expect(decodeChoice(encodeChoice(choice))).toEqual(choice);
    expect(encodeChoice({ kind: null, severity: null, assetId: '', offset: 0 })).toBe('');
    expect(decodeChoice('?kind=constructor&severity=BAD&offset=-1')).toEqual({ kind: null, severity: null, assetId: '', offset: 0 });
  });
});
