/** Where the values of one column of the warehouse come from. */
export type Rule =
  | { kind: 'COLUMN'; column: string; unit: string }
  | { kind: 'CONSTANT'; constant: string }
  | { kind: 'GEOMETRY' }
  | { kind: 'COMPUTED' }
  | { kind: 'NONE' };

export type RuleKind = Rule['kind'];

export interface TargetRule {
  target: string;
  rule: Rule;
}

/** A mapping as it is edited: rules by target column, and the file's column that holds the geometry. */
export interface Mapping {
  rules: readonly TargetRule[];
  geometry: string | null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function ruleOf(stored: unknown): Rule {
  if (!isObject(stored)) return { kind: 'NONE' };
  if (typeof stored.column === 'string') {
    return { kind: 'COLUMN', column: stored.column, unit: typeof stored.unit === 'string' ? stored.unit : '' };
  }
  if ('constant' in stored) {
    const { constant } = stored;
    return { kind: 'CONSTANT', constant: typeof constant === 'string' ? constant : JSON.stringify(constant ?? '') };
  }
  if (stored.geometry === true) return { kind: 'GEOMETRY' };
  if (stored.computed === true) return { kind: 'COMPUTED' };
  return { kind: 'NONE' };
}

export function parseMapping(stored: Record<string, unknown>): Mapping {
  return {
    rules: Object.entries(stored)
      .filter(([target]) => target !== 'geometry')
      .map(([target, rule]) => ({ target, rule: ruleOf(rule) })),
    geometry: typeof stored.geometry === 'string' ? stored.geometry : null,
  };
}

function storedRule(rule: Rule): Record<string, unknown> | null {
  switch (rule.kind) {
    case 'COLUMN':
      return { column: rule.column, ...(rule.unit.trim() === '' ? {} : { unit: rule.unit.trim() }) };
    case 'CONSTANT':
      return { constant: rule.constant };
    case 'GEOMETRY':
      return { geometry: true };
    case 'COMPUTED':
      return { computed: true };
    case 'NONE':
      return null;
  }
}

/** As the server takes it; what nothing fills is null. */
export function storedMapping({ rules, geometry }: Mapping): Record<string, unknown> {
  const stored: Record<string, unknown> = Object.fromEntries(rules.map(({ target, rule }) => [target, storedRule(rule)]));
  return geometry === null ? stored : { ...stored, geometry };
}

/** A rule of another kind, that keeps what it can. */
export function withKind(kind: RuleKind, columns: readonly string[]): Rule {
  switch (kind) {
    case 'COLUMN':
      return { kind, column: columns[0] ?? '', unit: '' };
    case 'CONSTANT':
      return { kind, constant: '' };
    default:
      return { kind };
  }
}

/** The mapping with another rule for a target, which joins it if it is new. */
export function withRule(mapping: Mapping, target: string, rule: Rule): Mapping {
  const isKnown = mapping.rules.some((each) => each.target === target);
  return {
    ...mapping,
    rules: isKnown
      ? mapping.rules.map((each) => (each.target === target ? { target, rule } : each))
      : [...mapping.rules, { target, rule }],
  };
}

/** The file's columns that no rule reads. */
export function unusedColumns(mapping: Mapping, columns: readonly string[]): string[] {
  const used = new Set(mapping.rules.flatMap(({ rule }) => (rule.kind === 'COLUMN' ? [rule.column] : [])));
  if (mapping.geometry !== null) used.add(mapping.geometry);
  return columns.filter((column) => !used.has(column));
}
