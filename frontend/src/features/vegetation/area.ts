import { useEffect, useState } from 'react';

import type { Bounds } from '../../lib/boundsGrid';

const SETTLE_MS = 500;

/** Five decimals: about a metre; a nudge of the map asks nothing new. */
export function roundedBounds(bounds: Bounds): [number, number, number, number] {
  const [west, south, east, north] = bounds;
  return [round(west), round(south), round(east), round(north)];
}

function round(value: number): number {
  return Number(value.toFixed(5));
}

/** The part of the map that one sees once it rests; null while there is none. */
export function useSettledBounds(bounds: Bounds | null): Bounds | null {
  const [settled, setSettled] = useState(bounds);
  // The first is taken at once.
  if (settled === null && bounds !== null) setSettled(bounds);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(bounds), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [bounds]);
  return settled;
}

export interface Scope {
  area: { bbox: number[] } | null;
  circuitId: string | null;
}

/** What is asked for: of a circuit, in the part one sees. */
export function scopeOf(address: { circuit: string | null; isInView: boolean }, bounds: Bounds | null): Scope {
  return {
    area: address.isInView && bounds !== null ? { bbox: roundedBounds(bounds) } : null,
    circuitId: address.circuit,
  };
}
