/** Asset kinds by the prefix of their natural key. */
const KIND_OF_PREFIX = {
  SUB: 'substation',
  BUS: 'bus',
  BR: 'branch',
  CKT: 'circuit',
  LINE: 'line',
  SW: 'switch',
  POLE: 'pole',
  XFMR: 'transformer',
  MTR: 'meter',
  OUT: 'outage',
} as const;

export type AssetKind = (typeof KIND_OF_PREFIX)[keyof typeof KIND_OF_PREFIX];

export function kindOf(assetId: string): AssetKind | null {
  const prefix = assetId.slice(0, assetId.indexOf('-'));
  return Object.hasOwn(KIND_OF_PREFIX, prefix) ? KIND_OF_PREFIX[prefix as keyof typeof KIND_OF_PREFIX] : null;
}

const TRACED: ReadonlySet<AssetKind | null> = new Set([
  'substation',
  'circuit',
  'line',
  'switch',
  'pole',
  'transformer',
  'meter',
]);

/** Kinds that can be traced through the distribution network. */
export function canTrace(assetId: string): boolean {
  return TRACED.has(kindOf(assetId));
}

/** Kinds a cascade can begin with. */
export function canFail(assetId: string): boolean {
  const kind = kindOf(assetId);
  return kind === 'substation' || kind === 'branch' || kind === 'bus';
}
