import { describe, expect, it } from 'vitest';

import type { BranchColumns, SubstationColumns } from '../../../lib/columns/layers';
import type { CascadeResult } from '../result';
import { RUN } from '../testRun';

import { decodeRunAddress, withRunAddress } from './address';
import { readHours } from './economics';
import { customerFlow, loadFlow } from './flows';
import { runGeoJson } from './geojson';
import { middlesOf, propagationOf, sparksAt } from './propagation';
import { regionRows, tieRows } from './regions';
import { tripsOf } from './trips';
import { countsByWave } from './waves';

/** Three substations in two zones: A and B in the north, C in the south. Lines A-B, B-C, A-C. */
const SUBSTATIONS: SubstationColumns = {
  ids: ['SUB-A', 'SUB-B', 'SUB-C'],
  lon: Float64Array.of(0, 2, 4),
  lat: Float64Array.of(0, 0, 2),
  name: ['Alpha', 'Bravo', null],
  maxKv: Float64Array.of(115, 115, 115),
  loadMw: Float64Array.of(100, Number.NaN, 40),
  generationMw: Float64Array.of(0, 0, 0),
  zone: ['North', 'North', 'South'],
  circuitCount: Float64Array.of(1, 1, 1),
};
const BRANCHES: BranchColumns = {
  ids: ['BR-1', 'BR-2', 'BR-3'],
  fromIds: ['SUB-A', 'SUB-C', 'SUB-A'],
  toIds: ['SUB-B', 'SUB-B', 'SUB-C'],
  coords: Float64Array.of(0, 0, 2, 0, 4, 2, 2, 0, 0, 0, 4, 2),
  kv: Float64Array.of(115, 115, 115),
  ratingMva: Float64Array.of(50, 80, Number.NaN),
  flowMw: Float64Array.of(10, 20, -5),
  loadingPct: Float64Array.of(20, 25, Number.NaN),
  weatherLoadingPct: Float64Array.of(20, 25, Number.NaN),
};
/** BR-1 goes out first, BR-2 trips in wave 1; a transformer in wave 2. */
const RESULT: CascadeResult = {
  branches: {
    ids: ['BR-1', 'BR-2', 'BR-3', 'BR-9'],
    tripWave: Float64Array.of(0, 1, Number.NaN, 2),
    flowMw: Float64Array.of(0, 0, 30, 0),
    loadingPct: Float64Array.of(Number.NaN, Number.NaN, Number.NaN, Number.NaN),
  },
  substations: {
    ids: ['SUB-A', 'SUB-C'],
    lostMw: Float64Array.of(25, 40),
    wave: Float64Array.of(2, 1),
    isDead: Uint8Array.of(0, 1),
  },
};
const FILE = [
  { wave: 1, branch_id: 'BR-2', flow_mw: -100, rating_mva: 80, cause: 'OVERLOAD', parent_id: 'BR-1', parent_wave: 0, parent_rise_mw: 55.5 },
  { wave: 2, branch_id: 'BR-9', flow_mw: 60, rating_mva: 50, cause: 'OVERLOAD', parent_id: 'BR-2', parent_wave: 1, parent_rise_mw: 12 },
];
const TRIPS = tripsOf(FILE, new Map([['BR-9', 'Alpha transformer']]), BRANCHES, SUBSTATIONS);

describe('trips of a file', () => {
  it('have loading, kind and a name', () => {
    expect(TRIPS.map(({ branchId, name, kind, loadingPct }) => ({ branchId, name, kind, loadingPct }))).toEqual([
      // Its ends give the name that the server did not: Charlie has none on record.
      { branchId: 'BR-2', name: 'SUB-C to Bravo', kind: 'Line', loadingPct: 125 },
      { branchId: 'BR-9', name: 'Alpha transformer', kind: 'Transformer', loadingPct: 120 },
    ]);
  });

  it('leave out what is no trip', () => {
    expect(tripsOf([{ wave: 1 }, null, 'x'], new Map(), BRANCHES, null)).toEqual([]);
    expect(tripsOf({ error: 'no' }, new Map(), BRANCHES, null)).toEqual([]);
  });
});

describe('waves by kind', () => {
  it('count each element once, in its wave', () => {
    expect(countsByWave(2, TRIPS, RESULT)).toEqual({ lines: [0, 1, 0], transformers: [0, 0, 1], dead: [0, 1, 0], inPart: [0, 0, 1] });
  });
});

describe('zones', () => {
  it('add up load, loss and lines; a tie counts in both', () => {
    const rows = regionRows(SUBSTATIONS, BRANCHES, RESULT, 1.5);
    expect(rows.find(({ zone }) => zone === 'North')).toEqual({
      zone: 'North', loadMw: 150, lostMw: 25, lostShare: 25 / 150, substationCount: 2, deadCount: 0, inPartCount: 1, outCount: 2,
    });
    expect(rows.find(({ zone }) => zone === 'South')).toEqual({
      zone: 'South', loadMw: 60, lostMw: 40, lostShare: 40 / 60, substationCount: 1, deadCount: 1, inPartCount: 0, outCount: 1,
    });
  });

  it('are tied by lines whose flows count from the first zone', () => {
    // BR-2 runs from South to North: its 20 MW count as -20. BR-3 has no rating, -5 MW before and 30 at the end.
    expect(tieRows(SUBSTATIONS, BRANCHES, RESULT)).toEqual([
      { zones: 'North – South', lineCount: 2, outCount: 1, ratingMva: 80, leftMva: 0, baseMw: -25, finalMw: 30 },
    ]);
  });
});

describe('flows', () => {
  it('lead from the waves over zones to how it ends, the waves in order', () => {
    expect(loadFlow(SUBSTATIONS, RESULT)).toEqual([
      { from: 'Wave 1', to: 'South', value: 40 },
      { from: 'Wave 2', to: 'North', value: 25 },
      { from: 'South', to: 'Dark at the end', value: 40 },
      { from: 'North', to: 'Served in part', value: 25 },
    ]);
  });

  it('of customers lead to their classes, and add up', () => {
    const impact = { classes: [{ customer_class: 'RESIDENTIAL', customers_out: 400, expected_shed_customers: 11.5 }, { customer_class: 'COMMERCIAL', customers_out: 20, expected_shed_customers: 0 }] };
    const links = customerFlow(RUN.waves, impact);
    expect(links).toEqual([
      { from: 'Wave 1', to: 'Customers out', value: 190.5 },
      { from: 'Wave 2', to: 'Customers out', value: 241 },
      { from: 'Customers out', to: 'Residential', value: 411.5 },
      { from: 'Customers out', to: 'Commercial', value: 20 },
    ]);
  });

  it('are none where nothing is known', () => {
    expect(customerFlow([], null)).toEqual([]);
  });
});

describe('what led to what', () => {
  const middles = middlesOf(BRANCHES);

  it('is a curve from the middle of the loss to that of the trip', () => {
    const { curves, undrawnCount } = propagationOf(middles, TRIPS, 1);
    expect(undrawnCount).toBe(0);
    expect(curves[0]?.[0]).toEqual([1, 0]);
    expect(curves[0]?.at(-1)).toEqual([3, 1]);
  });

  it('is told as not drawn where a cause has no place', () => {
    expect(propagationOf(middles, TRIPS, 2)).toEqual({ curves: [], undrawnCount: 1 });
    expect(propagationOf(middles, [{ ...TRIPS[0]!, parentId: null }], 1).undrawnCount).toBe(1); // eslint-disable-line @typescript-eslint/no-non-null-assertion
  });

  it('is run through by sparks that begin and end with the curve', () => {
    const { curves } = propagationOf(middles, TRIPS, 1);
    expect(sparksAt(curves, 0)).toEqual([]);
    expect(sparksAt(curves, 1)[0]?.at(-1)).toEqual([3, 1]);
    expect(sparksAt(curves, 0.5)[0]?.length).toBeLessThan(curves[0]?.length ?? 0);
  });
});

describe('the GeoJSON of a run', () => {
  it('holds lines that went out and substations that lost load; what is unknown is null', () => {
    const { features } = JSON.parse(runGeoJson(BRANCHES, SUBSTATIONS, RESULT, TRIPS)) as { features: { geometry: unknown; properties: Record<string, unknown> }[] };
    expect(features.map(({ properties }) => properties['id'])).toEqual(['BR-1', 'BR-2', 'SUB-A', 'SUB-C']);
    expect(features[0]?.properties).toMatchObject({ wave: 0, cause: 'INITIAL_OUTAGE', loading_pct: null, rating_mva: 50 });
    expect(features[1]).toMatchObject({ geometry: { type: 'LineString', coordinates: [[4, 2], [2, 0]] }, properties: { wave: 1, parent_id: 'BR-1', loading_pct: 125 } });
    expect(features[3]?.properties).toEqual({ id: 'SUB-C', name: null, zone: 'South', lost_mw: 40, wave: 1, is_dead: true });
  });
});

describe('the address of a run', () => {
  it('keeps what else the address says', () => {
    const address = { part: 'flow', isFocused: true, hasPaths: false } as const;
    const search = withRunAddress('?at=-95.1,29.7,9&run=7', address);
    expect(search).toBe('?at=-95.1,29.7,9&run=7&part=flow&focus=1&paths=0');
    expect(decodeRunAddress(search)).toEqual(address);
    expect(withRunAddress(search, { part: 'overview', isFocused: false, hasPaths: true })).toBe('?at=-95.1,29.7,9&run=7');
  });

  it('opens the overview where the part is unknown', () => {
    expect(decodeRunAddress('?part=nonsense').part).toBe('overview');
  });
});

describe('hours', () => {
  it('are three numbers in order', () => {
    expect(readHours({ low: '1', mid: '2', high: '2' })).toEqual({ value: { lowH: 1, midH: 2, highH: 2 } });
    expect(readHours({ low: '3', mid: '2', high: '4' })).toHaveProperty('problem');
    expect(readHours({ low: '', mid: '2', high: '4' })).toHaveProperty('problem');
    expect(readHours({ low: '0', mid: '2', high: '4' })).toHaveProperty('problem');
  });
});
