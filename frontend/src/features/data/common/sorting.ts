export type SortValue = string | number | boolean | null | undefined;

export interface Order {
  key: string;
  direction: 'asc' | 'desc';
}

const collator = new Intl.Collator('en-US', { numeric: true, sensitivity: 'base' });

/** Rows by a value, those of which it is not known at the end in both directions; equal rows keep their order. */
export function sorted<Row>(rows: readonly Row[], value: (row: Row) => SortValue, direction: Order['direction']): Row[] {
  const sign = direction === 'asc' ? 1 : -1;
  return rows.toSorted((left, right) => {
    const [a, b] = [value(left) ?? null, value(right) ?? null];
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    if (typeof a === 'string' && typeof b === 'string') return sign * collator.compare(a, b);
    return sign * (Number(a) - Number(b));
  });
}
