import type { Table, Vector } from 'apache-arrow';

/** A column the server promised is missing or of a type the map cannot draw. */
export class ColumnError extends Error {
  constructor(
    readonly column: string,
    problem: string,
  ) {
    super(`Column "${column}" ${problem}.`);
    this.name = 'ColumnError';
  }
}

function vector(table: Table, name: string): Vector {
  const found = table.getChild(name);
  if (found === null) throw new ColumnError(name, 'is missing');
  return found;
}

/** Arrow's type ids of plain integers and floats; a decimal or a dictionary is neither. */
const TYPE_INT = 2;
const TYPE_FLOAT = 3;

/** Numbers of a column; null becomes NaN, 64-bit integers become doubles. */
export function decodeNumbers(table: Table, name: string): Float64Array {
  const column = vector(table, name);
  const typeId = (column.type as { typeId: number }).typeId;
  if (typeId !== TYPE_INT && typeId !== TYPE_FLOAT) throw new ColumnError(name, 'does not hold numbers');
  const out = new Float64Array(column.length);
  let row = 0;
  for (const chunk of column.data) {
    const typed = chunk.values as ArrayLike<number | bigint>;
    const hasNulls = chunk.nullCount > 0;
    for (let i = 0; i < chunk.length; i += 1, row += 1) {
      out[row] = hasNulls && !chunk.getValid(i) ? Number.NaN : Number(typed[i]);
    }
  }
  return out;
}

/** Texts of a column (plain or dictionary encoded); null stays null. */
export function decodeTexts(table: Table, name: string): (string | null)[] {
  const column = vector(table, name);
  const out = new Array<string | null>(column.length);
  for (let row = 0; row < column.length; row += 1) {
    const value: unknown = column.get(row);
    if (value !== null && typeof value !== 'string') throw new ColumnError(name, 'does not hold text');
    out[row] = value;
  }
  return out;
}

/** Identifiers: texts that may not be null. */
export function decodeIds(table: Table, name: string): string[] {
  const texts = decodeTexts(table, name);
  if (texts.includes(null)) throw new ColumnError(name, 'holds an empty identifier');
  return texts as string[];
}

/** Booleans: 1, 0, and 255 for null. */
export const FLAG_UNKNOWN = 255;

export function decodeFlags(table: Table, name: string): Uint8Array {
  const column = vector(table, name);
  const out = new Uint8Array(column.length);
  for (let row = 0; row < column.length; row += 1) {
    const value: unknown = column.get(row);
    if (value === null) out[row] = FLAG_UNKNOWN;
    else if (typeof value === 'boolean') out[row] = value ? 1 : 0;
    else throw new ColumnError(name, 'does not hold true or false');
  }
  return out;
}

/** Many lines in one buffer: line i is `coords[2*starts[i] .. 2*starts[i+1])`, lon and lat in turn. */
export interface PathColumn {
  coords: Float64Array;
  /** Start of each line in points; one more entry than lines. */
  starts: Uint32Array;
}

/** A list<double> column of lon,lat,lon,lat,… A null or empty list is a line without points. */
export function decodePaths(table: Table, name: string): PathColumn {
  const column = vector(table, name);
  const starts = new Uint32Array(column.length + 1);
  const pieces: Float64Array[] = [];
  let points = 0;
  let row = 0;
  for (const chunk of column.data) {
    // Where nothing is in view there are no lists, and nothing says of what they would be.
    if (chunk.length === 0) continue;
    const child = chunk.children[0];
    const values: unknown = child?.values;
    if (child === undefined || !(values instanceof Float64Array)) {
      throw new ColumnError(name, 'does not hold lists of coordinates');
    }
    const offsets = chunk.valueOffsets as Int32Array;
    for (let i = 0; i < chunk.length; i += 1, row += 1) {
      starts[row] = points;
      if (!chunk.getValid(i)) continue;
      const from = offsets[i] ?? 0;
      const to = offsets[i + 1] ?? from;
      if ((to - from) % 2 !== 0) throw new ColumnError(name, `has an odd number of coordinates in row ${row}`);
      pieces.push(values.subarray(from, to));
      points += (to - from) / 2;
    }
  }
  starts[column.length] = points;
  const coords = new Float64Array(points * 2);
  let at = 0;
  for (const piece of pieces) {
    coords.set(piece, at);
    at += piece.length;
  }
  return { coords, starts };
}
