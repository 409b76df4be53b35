import type { Table } from 'apache-arrow';

import { decodeFlags, decodeIds, decodeNumbers } from '../../lib/columns/decode';

/** What a finished run did to each branch and substation. */
export interface CascadeResult {
  branches: {
    ids: string[];
    /** Wave a branch went out in: 0 initial outage, NaN still in service. */
    tripWave: Float64Array;
    flowMw: Float64Array;
    loadingPct: Float64Array;
  };
  /** Only substations that lost load or have a dead bus. */
  substations: {
    ids: string[];
    lostMw: Float64Array;
    /** First wave it lost load in; NaN: none. */
    wave: Float64Array;
    isDead: Uint8Array;
  };
}

export function decodeResult(branches: Table, substations: Table): CascadeResult {
  return {
    branches: {
      ids: decodeIds(branches, 'id'),
      tripWave: decodeNumbers(branches, 'trip_wave'),
      flowMw: decodeNumbers(branches, 'flow_mw'),
      loadingPct: decodeNumbers(branches, 'loading_pct'),
    },
    substations: {
      ids: decodeIds(substations, 'id'),
      lostMw: decodeNumbers(substations, 'lost_mw'),
      wave: decodeNumbers(substations, 'wave'),
      isDead: decodeFlags(substations, 'is_dead'),
    },
  };
}
