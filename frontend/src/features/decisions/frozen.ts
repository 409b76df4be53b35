/** Reading the frozen inputs of a study, which are JSON: whatever is not of the form expected is unknown. */
export type Json = Readonly<Record<string, unknown>>;

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function numberIn(json: Json, name: string): number | null {
  const value = json[name];
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

export function textIn(json: Json, name: string): string | null {
  const value = json[name];
  return typeof value === 'string' ? value : null;
}

export function flagIn(json: Json, name: string): boolean {
  return json[name] === true;
}

export function listIn(json: Json, name: string): readonly Json[] {
  const value = json[name];
  return Array.isArray(value) ? value.filter(isJson) : [];
}

export function textsIn(json: Json, name: string): readonly string[] {
  const value = json[name];
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

export interface Difference {
  name: string;
  first: string;
  second: string;
}

/** Every place at which two inputs say different things, by its path. */
export function differences(first: unknown, second: unknown, name = ''): readonly Difference[] {
  if (isJson(first) && isJson(second)) {
    const names = [...new Set([...Object.keys(first), ...Object.keys(second)])];
    return names.flatMap((key) => differences(first[key], second[key], name === '' ? key : `${name}.${key}`));
  }
  const [left, right] = [first, second].map((value) => (value === undefined ? 'not given' : JSON.stringify(value)));
  return left === undefined || right === undefined || left === right ? [] : [{ name, first: left, second: right }];
}
