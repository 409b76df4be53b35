import {
  Bool,
  Decimal,
  Dictionary,
  Field,
  Float64,
  Int32,
  Int64,
  List,
  makeVector,
  RecordBatchStreamWriter,
  Table,
  tableFromIPC,
  Utf8,
  vectorFromArray,
} from 'apache-arrow';
import { describe, expect, it } from 'vitest';

import { ColumnError, decodeFlags, decodeIds, decodeNumbers, decodePaths, decodeTexts, FLAG_UNKNOWN } from './decode';
import { DECODERS } from './layers';

/** Through the IPC stream format, as a response would come. */
function overTheWire(table: Table): Table {
  return tableFromIPC(RecordBatchStreamWriter.writeAll(table).toUint8Array(true));
}

describe('Arrow columns', () => {
  const table = overTheWire(
    new Table({
      id: vectorFromArray(['SUB-1', 'SUB-2', 'SUB-3'], new Utf8()),
      kv: vectorFromArray([115, null, 345.5], new Float64()),
      count: vectorFromArray([1, null, 3], new Int32()),
      big: vectorFromArray([1n, 2n ** 40n, null], new Int64()),
      zone: vectorFromArray(['Coast', null, 'Coast'], new Dictionary(new Utf8(), new Int32())),
      open: vectorFromArray([true, false, null], new Bool()),
      path: vectorFromArray(
        [[-95, 29, -95.1, 29.1], null, [-96, 30, -96.1, 30.1, -96.2, 30.2]],
        new List(new Field('item', new Float64())),
      ),
      odd: vectorFromArray([[1], [1, 2], []], new List(new Field('item', new Float64()))),
    }),
  );

  it('turn null numbers into NaN', () => {
    expect([...decodeNumbers(table, 'kv')]).toEqual([115, Number.NaN, 345.5]);
    expect([...decodeNumbers(table, 'count')]).toEqual([1, Number.NaN, 3]);
    expect([...decodeNumbers(table, 'big')]).toEqual([1, 2 ** 40, Number.NaN]);
  });

  it('read plain and dictionary texts', () => {
    expect(decodeIds(table, 'id')).toEqual(['SUB-1', 'SUB-2', 'SUB-3']);
    expect(decodeTexts(table, 'zone')).toEqual(['Coast', null, 'Coast']);
  });

  it('keep unknown apart from false', () => {
    expect([...decodeFlags(table, 'open')]).toEqual([1, 0, FLAG_UNKNOWN]);
  });

  it('lay paths out in one buffer', () => {
    const { coords, starts } = decodePaths(table, 'path');
    expect([...starts]).toEqual([0, 2, 2, 5]);
    expect([...coords]).toEqual([-95, 29, -95.1, 29.1, -96, 30, -96.1, 30.1, -96.2, 30.2]);
  });

  it('have no lines where a table has no rows, whatever it says of what lists hold', () => {
    const lists = new List(new Field('item', new Float64()));
    for (const empty of [new Table({ path: vectorFromArray([], lists) }), table.slice(0, 0), overTheWire(table.slice(0, 0))]) {
      const { coords, starts } = decodePaths(empty, 'path');
      expect([[...coords], [...starts]]).toEqual([[], [0]]);
    }
  });

  it('skip a batch without rows between others', () => {
    const part = table.select(['path']);
    const { coords, starts } = decodePaths(part.slice(0, 1).concat(part.slice(0, 0)).concat(part.slice(2, 3)), 'path');
    expect([...starts]).toEqual([0, 2, 5]);
    expect([...coords]).toEqual([-95, 29, -95.1, 29.1, -96, 30, -96.1, 30.1, -96.2, 30.2]);
  });

  it('read tables of several batches', () => {
    const one = new Table({ v: makeVector(Float64Array.of(1, 2)), id: vectorFromArray(['a', 'b'], new Utf8()) });
    const both = one.concat(new Table({ v: makeVector(Float64Array.of(3)), id: vectorFromArray(['c'], new Utf8()) }));
    expect([...decodeNumbers(both, 'v')]).toEqual([1, 2, 3]);
    expect(decodeIds(both, 'id')).toEqual(['a', 'b', 'c']);
  });

  it('name the column that is missing or of the wrong type', () => {
    expect(() => decodeNumbers(table, 'mva')).toThrow('Column "mva" is missing.');
    expect(() => decodeNumbers(table, 'id')).toThrow('Column "id" does not hold numbers.');
    expect(() => decodeNumbers(table, 'zone')).toThrow(ColumnError);
    expect(() => decodeTexts(table, 'kv')).toThrow('Column "kv" does not hold text.');
    expect(() => decodeFlags(table, 'kv')).toThrow('true or false');
    expect(() => decodeIds(table, 'zone')).toThrow('empty identifier');
    expect(() => decodePaths(table, 'kv')).toThrow('lists of coordinates');
    expect(() => decodePaths(table, 'odd')).toThrow('odd number of coordinates in row 0');
  });

  it('refuse decimals instead of showing their raw words', () => {
    const column = vectorFromArray([Uint32Array.of(5, 0, 0, 0)], new Decimal(2, 10, 128));
    expect(() => decodeNumbers(new Table({ mw: column }), 'mw')).toThrow('does not hold numbers');
  });
});

describe('layer decoders', () => {
  it('interleave the ends of branches', () => {
    const number = (value: number | null) => vectorFromArray([value], new Float64());
    const text = (value: string) => vectorFromArray([value], new Utf8());
    const columns = DECODERS.branches(
      overTheWire(
        new Table({
          id: text('BR-1'),
          from_id: text('SUB-1'),
          to_id: text('SUB-2'),
          from_lon: number(-95),
          from_lat: number(29),
          to_lon: number(-96),
          to_lat: number(30),
          kv: number(345),
          rating_mva: number(null),
          flow_mw: number(12.5),
          loading_pct: number(null),
          weather_loading_pct: number(91),
        }),
      ),
    );
    expect([...columns.coords]).toEqual([-95, 29, -96, 30]);
    expect(columns.ratingMva[0]).toBeNaN();
    expect(columns.loadingPct[0]).toBeNaN();
  });

  it('read a layer without rows', () => {
    const table = new Table({
      id: vectorFromArray([], new Utf8()),
      lon: vectorFromArray([], new Float64()),
      lat: vectorFromArray([], new Float64()),
    });
    expect(DECODERS.poles(overTheWire(table)).ids).toEqual([]);
  });
});
