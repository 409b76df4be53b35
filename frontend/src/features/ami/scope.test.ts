import { describe, expect, it } from 'vitest';

import type { Scope } from './address';
import { groupShown, groupsOf, meterFilters, mostDaysOfGroups, mostDaysOfSeries, peakMembersOf, scopeOfAsset, transformerFilters } from './scope';

const EVERYTHING = new Set(['grid.view_meter', 'grid.view_transformer', 'grid.view_circuit', 'grid.view_substation', 'grid.view_customer']);
const CIRCUIT: Scope = { kind: 'CIRCUIT', id: 'CKT-1-01' };
const TRANSFORMER: Scope = { kind: 'TRANSFORMER', id: 'XFMR-1-01-0001' };
const METER: Scope = { kind: 'METER', id: 'MTR-0000001' };

describe('a scope', () => {
  it('is that of an asset with meters', () => {
    expect(scopeOfAsset('CKT-1-01')).toEqual(CIRCUIT);
    expect(scopeOfAsset('POLE-1')).toBeNull();
    expect(scopeOfAsset('constructor-1')).toBeNull();
  });

  it('asks for its meters and, if there are any, its transformers', () => {
    expect(meterFilters({ scope: null, customerClass: null })).toEqual({});
    expect(meterFilters({ scope: CIRCUIT, customerClass: 'COMMERCIAL' })).toEqual({ circuitIds: ['CKT-1-01'], customerClasses: ['COMMERCIAL'] });
    expect(transformerFilters(TRANSFORMER)).toEqual({ transformerIds: ['XFMR-1-01-0001'] });
    expect(transformerFilters(METER)).toBeNull();
  });

  it('divides into what is smaller and may be seen', () => {
    expect(groupsOf(null, EVERYTHING)).toEqual(['ZONE', 'SUBSTATION', 'CIRCUIT', 'TRANSFORMER', 'METER', 'CITY', 'CUSTOMER_CLASS']);
    expect(groupsOf(CIRCUIT, EVERYTHING)).toEqual(['TRANSFORMER', 'METER', 'CITY', 'CUSTOMER_CLASS']);
    expect(groupsOf(CIRCUIT, new Set(['grid.view_meter']))).toEqual(['METER', 'CUSTOMER_CLASS']);
    expect(groupsOf(METER, EVERYTHING)).toEqual([]);
  });

  it('shows the next smaller ones unless others are asked for', () => {
    expect(groupShown(null, null, EVERYTHING)).toBe('SUBSTATION');
    expect(groupShown(null, CIRCUIT, EVERYTHING)).toBe('TRANSFORMER');
    expect(groupShown('CITY', CIRCUIT, EVERYTHING)).toBe('CITY');
    expect(groupShown('SUBSTATION', CIRCUIT, EVERYTHING)).toBe('TRANSFORMER');
    expect(groupShown(null, METER, EVERYTHING)).toBeNull();
  });

  it('keeps to the days that are answered at a time', () => {
    expect([mostDaysOfSeries('HOUR', null), mostDaysOfSeries('HOUR', METER), mostDaysOfSeries('DAY', METER)]).toEqual([92, 31, 1_098]);
    expect([mostDaysOfGroups('METER', null), mostDaysOfGroups('METER', CIRCUIT), mostDaysOfGroups('CIRCUIT', null)]).toEqual([92, 1_098, 1_098]);
  });

  it('offers only peaks that the server gives', () => {
    expect(peakMembersOf({ scope: null, customerClass: null }, EVERYTHING)).toEqual(['CIRCUIT', 'TRANSFORMER']);
    expect(peakMembersOf({ scope: null, customerClass: 'RESIDENTIAL' }, EVERYTHING)).toEqual(['CIRCUIT']);
    expect(peakMembersOf({ scope: TRANSFORMER, customerClass: null }, EVERYTHING)).toEqual(['TRANSFORMER', 'METER']);
  });
});
