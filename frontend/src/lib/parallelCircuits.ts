/**
 * Side-by-side places for lines between the same two substations.
 *
 * Returns for each line its place across the bundle in line spacings (0 for a single line; -0.5 and
 * 0.5 for two; …), signed relative to the line's own direction: positive is to its right. Lines that
 * run against the bundle's direction get the opposite sign, so that no two coincide.
 */
export function parallelPlaces(fromIds: readonly string[], toIds: readonly string[]): Float32Array {
  const bundles = new Map<string, number[]>();
  const isForward = (i: number): boolean => (fromIds[i] ?? '') <= (toIds[i] ?? '');
  fromIds.forEach((from, i) => {
    const to = toIds[i] ?? '';
    const key = isForward(i) ? `${from}\n${to}` : `${to}\n${from}`;
    const bundle = bundles.get(key);
    if (bundle === undefined) bundles.set(key, [i]);
    else bundle.push(i);
  });
  const places = new Float32Array(fromIds.length);
  for (const bundle of bundles.values()) {
    if (bundle.length < 2) continue;
    bundle.forEach((line, rank) => {
      const place = rank - (bundle.length - 1) / 2;
      places[line] = place === 0 ? 0 : isForward(line) ? place : -place;
    });
  }
  return places;
}
