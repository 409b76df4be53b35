const indexes = new WeakMap<readonly string[], Map<string, number>>();

/** Row of each id; made once for each list of ids. */
export function rowsById(ids: readonly string[]): ReadonlyMap<string, number> {
  let index = indexes.get(ids);
  if (index === undefined) {
    index = new Map(ids.map((id, row) => [id, row]));
    indexes.set(ids, index);
  }
  return index;
}

const groups = new WeakMap<readonly (string | null)[], Map<string, number[]>>();

/** Rows of each value of a column that many rows share, such as the circuit of a line; made once for each column. */
export function rowsByValue(values: readonly (string | null)[]): ReadonlyMap<string, readonly number[]> {
  let found = groups.get(values);
  if (found === undefined) {
    found = new Map();
    for (let row = 0; row < values.length; row += 1) {
      const value = values[row];
      if (value === null || value === undefined) continue;
      const rows = found.get(value);
      if (rows === undefined) found.set(value, [row]);
      else rows.push(row);
    }
    groups.set(values, found);
  }
  return found;
}
