export type SortValue = string | number | boolean | null | undefined;

/** By which column a table is ordered. */
export interface Sorting<Key = string> {
  key: Key;
  isDescending: boolean;
}

const collator = new Intl.Collator('en-US', { numeric: true, sensitivity: 'base' });

/** Rows by a value. Unknown comes last in both directions; equal rows keep their order. */
export function sorted<Row>(rows: readonly Row[], value: (row: Row) => SortValue, isDescending: boolean): Row[] {
  const sign = isDescending ? -1 : 1;
  return rows.toSorted((first, second) => {
    const [left, right] = [value(first) ?? null, value(second) ?? null];
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    return sign * compare(left, right);
  });
}

function compare(left: string | number | boolean, right: string | number | boolean): number {
  if (typeof left === 'string' || typeof right === 'string') return collator.compare(String(left), String(right));
  return Number(left) - Number(right);
}

/** What a click on a head asks for: one way, the other, then as it came. Numbers begin with the largest. */
export function nextSorting<Key>(current: Sorting<Key> | null, key: Key, isNumber: boolean): Sorting<Key> | null {
  if (current?.key !== key) return { key, isDescending: isNumber };
  return current.isDescending === isNumber ? { key, isDescending: !isNumber } : null;
}
