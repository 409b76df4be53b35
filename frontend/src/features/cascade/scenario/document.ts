/** What a scenario says, as JSON: read and written by places such as `load.multiplier` or `units.0.available_frac`. */
export type ScenarioDocument = Readonly<Record<string, unknown>>;

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isList(value: unknown): value is unknown[] {
  return Array.isArray(value);
}

/** What stands at a place; undefined: nothing. */
export function readAt(document: unknown, place: string): unknown {
  let found: unknown = document;
  for (const step of place.split('.')) {
    if (isList(found)) found = found[Number(step)];
    else if (isRecord(found)) found = found[step];
    else return undefined;
  }
  return found;
}

export function numberAt(document: unknown, place: string): number | null {
  const found = readAt(document, place);
  return typeof found === 'number' ? found : null;
}

export function textAt(document: unknown, place: string): string | null {
  const found = readAt(document, place);
  return typeof found === 'string' && found !== '' ? found : null;
}

export function listAt(document: unknown, place: string): readonly unknown[] {
  const found = readAt(document, place);
  return isList(found) ? found : [];
}

/** The document with something else at a place; undefined takes out what is there, and what is empty then. */
export function writeAt(document: ScenarioDocument, place: string, value: unknown): ScenarioDocument {
  const [step = '', ...rest] = place.split('.');
  const written = rest.length === 0 ? value : writeInto(document[step], rest, value);
  const { [step]: _before, ...others } = document;
  return written === undefined ? others : { ...document, [step]: written };
}

function writeInto(inner: unknown, path: readonly string[], value: unknown): unknown {
  const [step = '', ...rest] = path;
  if (isList(inner)) {
    const at = Number(step);
    const written = rest.length === 0 ? value : writeInto(inner[at], rest, value);
    return written === undefined ? inner.filter((_, i) => i !== at) : inner.with(at, written);
  }
  if (!isRecord(inner) && value === undefined) return inner;
  const written = writeAt(isRecord(inner) ? inner : {}, path.join('.'), value);
  // An empty group of options still means that the group is on.
  return Object.keys(written).length === 0 && value === undefined && rest.length === 0 ? undefined : written;
}

/** Whether two documents say the same, whatever the order of their names. */
export function saysTheSame(first: unknown, second: unknown): boolean {
  return JSON.stringify(ordered(first)) === JSON.stringify(ordered(second));
}

function ordered(value: unknown): unknown {
  if (isList(value)) return value.map(ordered);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((name) => [name, ordered(value[name])]),
  );
}

export function isDocument(value: unknown): value is ScenarioDocument {
  return isRecord(value);
}
