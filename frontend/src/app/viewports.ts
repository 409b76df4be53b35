/** Transmission is seen from afar; everything else must be zoomed in to. */
export function zoomToSee(assetId: string, current: number): number {
  if (/^(SUB|BR|BUS|PLANT|ZONE)-/.test(assetId)) return Math.max(current, 9.5);
  if (assetId.startsWith('WAT-')) return Math.max(current, 12);
  return Math.max(current, 14.5);
}

/** Assets a cascade can begin with that are drawn on the map. */
export function canBeFailed(assetId: string): boolean {
  return assetId.startsWith('SUB-') || assetId.startsWith('BR-');
}
