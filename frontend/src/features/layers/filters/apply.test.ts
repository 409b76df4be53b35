import { describe, expect, it } from 'vitest';

import type { LineColumns } from '../../../lib/columns/layers';
import type { LayerStates } from '../loader';
import { BRANCHES, SUBSTATIONS, TRANSFORMERS, VOLTAGE_LEGEND } from '../testColumns';

import { filtersInForce, filterStates, tileFilter } from './apply';
import { FILTERS_AT_FIRST } from './fields';

const LINES: LineColumns = {
  ids: ['LINE-1', 'LINE-2', 'LINE-3'],
  circuitIds: ['CKT-1', 'CKT-2', null],
  lineClass: ['BACKBONE', 'LATERAL', 'LATERAL'],
  phases: ['ABC', 'A', 'A'],
  isUnderground: Uint8Array.of(0, 1, 255),
  weatherLoadingPct: Float64Array.of(10, 100, 100.1),
  circuitLoadingPct: Float64Array.of(10, 100, 100.1),
  paths: { coords: Float64Array.of(0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6), starts: Uint32Array.of(0, 2, 5, 7) },
};
const STATES: LayerStates = {
  branches: { phase: 'ready', columns: BRANCHES, error: null },
  substations: { phase: 'ready', columns: SUBSTATIONS, error: null },
  transformers: { phase: 'ready', columns: TRANSFORMERS, error: null },
  lines: { phase: 'ready', columns: LINES, error: null },
};
const LEGENDS = { branches: VOLTAGE_LEGEND, substations: VOLTAGE_LEGEND };
const left = (filters: Record<string, string[]>) => filterStates(STATES, filters, LEGENDS);

describe('filters of rows', () => {
  it('leave everything as it is while there are none', () => {
    expect(left({})).toBe(STATES);
    expect(left({ 'branches.kv': ['300'] }).substations).toBe(STATES.substations);
  });

  it('keep the rows of the classes chosen, with all their columns', () => {
    const branches = left({ 'branches.kv': ['130'] }).branches?.columns;
    expect(branches?.ids).toEqual(['BR-3']);
    expect([...(branches?.coords ?? [])]).toEqual([-95.4, 29.7, -95.3, 29.7]);
    expect([...(branches?.flowMw ?? [])]).toEqual([20]);
  });

  it('know the unknown, and take 100 % for heavy rather than overloaded', () => {
    expect(left({ 'branches.loading': ['unknown'] }).branches?.columns?.ids).toEqual(['BR-3']);
    expect(left({ 'substations.kv': ['unknown'] }).substations?.columns?.ids).toEqual(['SUB-3']);
    expect(left({ 'lines.loading': ['heavy'] }).lines?.columns?.ids).toEqual(['LINE-2']);
    expect(left({ 'lines.loading': ['overload'] }).lines?.columns?.ids).toEqual(['LINE-3']);
    expect(left({ 'lines.underground': ['no'] }).lines?.columns?.ids).toEqual(['LINE-1']);
  });

  it('join: a row must pass each', () => {
    const both = left({ 'branches.kv': ['300'], 'branches.loading': ['heavy'] });
    expect(both.branches?.columns?.ids).toEqual(['BR-2']);
    expect(left({ 'branches.kv': ['130'], 'branches.loading': ['heavy'] }).branches?.columns?.ids).toEqual([]);
  });

  it('of a circuit reach every layer that names circuits', () => {
    const of = left({ 'network.circuit': ['CKT-1'] });
    expect(of.lines?.columns?.ids).toEqual(['LINE-1']);
    expect(of.transformers?.columns?.ids).toEqual(['XFMR-1']);
    expect(of.branches).toBe(STATES.branches);
    const other = left({ 'network.circuit': ['CKT-2'] }).lines?.columns;
    expect([...(other?.paths.coords ?? [])]).toEqual([2, 2, 3, 3, 4, 4]);
    expect([...(other?.paths.starts ?? [])]).toEqual([0, 3]);
  });

  it('give the same object for the same filters, so that nothing is built anew', () => {
    expect(left({ 'branches.kv': ['130'] }).branches).toBe(left({ 'branches.kv': ['130'] }).branches);
  });
});

describe('filters of tiles', () => {
  const levels = [
    { label: 'High', color: '#f59237', value: 'HIGH' },
    { label: 'Low', color: '#74a35b', value: 'LOW' },
    { label: 'unknown', color: '#687682' },
  ];

  it('are none while nothing is chosen', () => {
    expect(tileFilter('buildings', {}, levels)).toBeNull();
  });

  it('ask for values, and for what the legend does not name', () => {
    const value = ['coalesce', ['get', 'level'], ''];
    const high = ['in', value, ['literal', ['HIGH']]];
    expect(tileFilter('vegetation_risk', { 'vegetation_risk.level': ['HIGH'] }, levels)).toEqual(['all', high]);
    expect(tileFilter('vegetation_risk', { 'vegetation_risk.level': ['unknown'] }, levels)).toEqual([
      'all',
      ['any', ['in', value, ['literal', ['unknown']]], ['!', ['in', value, ['literal', ['HIGH', 'LOW']]]]],
    ]);
  });

  it('ask for classes of numbers from their lower bound to the next', () => {
    const chance = ['get', 'annual_chance_pct'];
    const legend = [
      { label: 'often', color: '#2f6fb3', minimum: 1 },
      { label: 'rarely', color: '#7fb2e0', minimum: 0.2 },
    ];
    const rarely = ['all', ['==', ['typeof', chance], 'number'], ['>=', ['to-number', chance], 0.2], ['<', ['to-number', chance], 1]];
    expect(tileFilter('flood_zones', { 'flood_zones.annual_chance_pct': ['0.2'] }, legend)).toEqual(['all', ['any', rarely]]);
  });

  it('show only urgent trees until others are asked for', () => {
    expect(filtersInForce({})).toEqual(FILTERS_AT_FIRST);
    expect(filtersInForce({ 'vegetation_risk.level': ['LOW'] })['vegetation_risk.level']).toEqual(['LOW']);
  });
});
