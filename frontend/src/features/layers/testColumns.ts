import type { BranchColumns, SubstationColumns, TransformerColumns } from '../../lib/columns/layers';

/** Three substations in a row near Houston. */
export const SUBSTATIONS: SubstationColumns = {
  ids: ['SUB-1', 'SUB-2', 'SUB-3'],
  lon: Float64Array.of(-95.5, -95.4, -95.3),
  lat: Float64Array.of(29.7, 29.7, 29.7),
  name: ['Alpha', 'Bravo', null],
  maxKv: Float64Array.of(345, 138, Number.NaN),
  loadMw: Float64Array.of(0, 144, Number.NaN),
  generationMw: Float64Array.of(500, 0, 0),
  zone: ['Coast', 'Coast', null],
  circuitCount: Float64Array.of(0, 3, 0),
};

/** A double circuit Alpha–Bravo and one unrated line Bravo–SUB-3. */
export const BRANCHES: BranchColumns = {
  ids: ['BR-1', 'BR-2', 'BR-3'],
  fromIds: ['SUB-1', 'SUB-2', 'SUB-2'],
  toIds: ['SUB-2', 'SUB-1', 'SUB-3'],
  coords: Float64Array.of(-95.5, 29.7, -95.4, 29.7, -95.4, 29.7, -95.5, 29.7, -95.4, 29.7, -95.3, 29.7),
  kv: Float64Array.of(345, 345, 138),
  ratingMva: Float64Array.of(1000, 1000, Number.NaN),
  flowMw: Float64Array.of(650, -900, 20),
  loadingPct: Float64Array.of(65, 90, Number.NaN),
  weatherLoadingPct: Float64Array.of(50, 101, Number.NaN),
};

export const TRANSFORMERS: TransformerColumns = {
  ids: ['XFMR-1', 'XFMR-2'],
  lon: Float64Array.of(-95.45, -95.35),
  lat: Float64Array.of(29.75, 29.75),
  circuitIds: ['CKT-1', null],
  ratedKva: Float64Array.of(25, 2500),
  peakLoadingPct: Float64Array.of(120, 40),
  latestLoadingPct: Float64Array.of(101, Number.NaN),
  customerCount: Float64Array.of(6, 1),
};

export const VOLTAGE_LEGEND = [
  { label: '345 kV', color: '#e07a5f', minimum: 300 },
  { label: '138 kV', color: '#4fb0a5', minimum: 130 },
  { label: 'below 100 kV', color: '#8a99a8', minimum: 0 },
];
