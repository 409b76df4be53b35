/** Checked reading of JSON: what is not as expected is null, never a wrong type. */

export type JsonObject = Readonly<Record<string, unknown>>;

export function objectIn(value: unknown): JsonObject | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : null;
}

export function listIn(value: unknown): readonly unknown[] | null {
  return Array.isArray(value) ? value : null;
}

export function textIn(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

export function numberIn(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** One of a few words; null for any other. */
export function wordIn<W extends string>(value: unknown, words: readonly W[]): W | null {
  return words.find((word) => word === value) ?? null;
}

/** Each entry of a list read by `read`; null if there is no list or one entry cannot be read. */
export function eachIn<T>(value: unknown, read: (entry: unknown) => T | null): readonly T[] | null {
  const entries = listIn(value);
  if (entries === null) return null;
  const found: T[] = [];
  for (const entry of entries) {
    const one = read(entry);
    if (one === null) return null;
    found.push(one);
  }
  return found;
}
