/** What a scope asks of the server, what lies inside it, and how many days are answered at a time. */
import type { AmiView, Bucket, Group, Scope, ScopeKind } from './address';
import { GROUPS, SCOPE_KINDS } from './address';

const LIST_OF = {
  ZONE: 'zoneIds',
  SUBSTATION: 'substationIds',
  CIRCUIT: 'circuitIds',
  TRANSFORMER: 'transformerIds',
  METER: 'meterIds',
} as const;

const SCOPE_OF_PREFIX: ReadonlyMap<string, ScopeKind> = new Map([
  ['SUB', 'SUBSTATION'],
  ['CKT', 'CIRCUIT'],
  ['XFMR', 'TRANSFORMER'],
  ['MTR', 'METER'],
]);

/** Prefixes of the assets whose meters can be asked for. */
export const SCOPE_PREFIXES: readonly string[] = [...SCOPE_OF_PREFIX.keys()];

/** The meters of an asset; null if it has none of its own. */
export function scopeOfAsset(assetId: string): Scope | null {
  const kind = SCOPE_OF_PREFIX.get(assetId.slice(0, assetId.indexOf('-')));
  return kind === undefined ? null : { kind, id: assetId };
}

type ListName = (typeof LIST_OF)[ScopeKind];
export type MeterFilters = Partial<Record<ListName, string[]>> & { customerClasses?: NonNullable<AmiView['customerClass']>[] };
export type TransformerFilters = Partial<Record<Exclude<ListName, 'meterIds'>, string[]>>;

export function meterFilters({ scope, customerClass }: Pick<AmiView, 'scope' | 'customerClass'>): MeterFilters {
  return {
    ...(scope === null ? {} : { [LIST_OF[scope.kind]]: [scope.id] }),
    ...(customerClass === null ? {} : { customerClasses: [customerClass] }),
  };
}

/** Null: of a single meter no transformers can be asked for. */
export function transformerFilters(scope: Scope | null): TransformerFilters | null {
  if (scope === null) return {};
  return scope.kind === 'METER' ? null : { [LIST_OF[scope.kind]]: [scope.id] };
}

const PERMISSION_OF_GROUP: Partial<Record<Group, string>> = {
  TRANSFORMER: 'grid.view_transformer',
  CIRCUIT: 'grid.view_circuit',
  SUBSTATION: 'grid.view_substation',
  CITY: 'grid.view_customer',
};

/** By what the meters of a scope can be grouped: what is smaller than it, and what the account may see. */
export function groupsOf(scope: Scope | null, may: ReadonlySet<string>): Group[] {
  const level = scope === null ? -1 : SCOPE_KINDS.indexOf(scope.kind);
  return GROUPS.filter((group) => {
    const needed = PERMISSION_OF_GROUP[group];
    if (needed !== undefined && !may.has(needed)) return false;
    const rank = (SCOPE_KINDS as readonly Group[]).indexOf(group);
    return rank < 0 ? scope?.kind !== 'METER' : rank > level;
  });
}

/** The group shown: the one asked for, or else the next smaller ones. */
export function groupShown(by: Group | null, scope: Scope | null, may: ReadonlySet<string>): Group | null {
  const all = groupsOf(scope, may);
  if (by !== null && all.includes(by)) return by;
  // Whole zones tell little: the list begins with their substations.
  return all.find((group) => group !== 'ZONE') ?? all[0] ?? null;
}

const isNamed = (scope: Scope | null): boolean => scope?.kind === 'METER' || scope?.kind === 'TRANSFORMER';

/** The most days that the server answers for at a time: docs/analytics.md. */
export function mostDaysOfSeries(bucket: Bucket, scope: Scope | null): number {
  if (bucket === 'HOUR') return isNamed(scope) ? 31 : 92;
  return bucket === 'DAY' ? 1_098 : 7_320;
}

export function mostDaysOfGroups(group: Group, scope: Scope | null): number {
  const isOfMeters = group === 'METER' || group === 'TRANSFORMER' || group === 'CITY';
  return isOfMeters && (scope === null || scope.kind === 'ZONE') ? 92 : 1_098;
}

export function mostDaysOfProfile(scope: Scope | null): number {
  return isNamed(scope) ? 31 : 366;
}

export const PEAK_MEMBERS = ['CIRCUIT', 'TRANSFORMER', 'METER'] as const;
export type PeakMember = (typeof PEAK_MEMBERS)[number];

export const MOST_DAYS_OF_PEAKS: Readonly<Record<PeakMember, number>> = { CIRCUIT: 366, TRANSFORMER: 62, METER: 31 };

/** Whose peaks can be set against the peak of their sum. */
export function peakMembersOf({ scope, customerClass }: Pick<AmiView, 'scope' | 'customerClass'>, may: ReadonlySet<string>): PeakMember[] {
  return PEAK_MEMBERS.filter((member) => {
    if (member === 'METER') return isNamed(scope);
    if (member === 'TRANSFORMER') return scope?.kind !== 'METER' && customerClass === null && may.has('grid.view_transformer');
    return !isNamed(scope) && may.has('grid.view_circuit');
  });
}
