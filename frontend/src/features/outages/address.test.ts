import { describe, expect, it } from 'vitest';

import { DEFAULT_VIEW, withMapView } from '../../lib/mapView';

import { decodeAddress, DEFAULT_ADDRESS, listVariables, NO_CAUSE, withAddress } from './address';

describe('the address of the outages', () => {
  it('says nothing of what is usual', () => {
    expect(withAddress('', DEFAULT_ADDRESS)).toBe('');
    expect(decodeAddress('')).toEqual(DEFAULT_ADDRESS);
  });

  it('holds every choice beside the view of the map', () => {
    const chosen = {
      tab: 'reliability',
      show: 'all',
      planned: 'unplanned',
      status: 'CANCELLED',
      cause: 'DIG_IN',
      circuit: 'CKT-40720-03',
      sort: 'startedAt',
      isDescending: false,
      from: '2026-01-01',
      to: '2026-02-28',
    } as const;
    const search = withAddress('?at=-95.1,29.7,9&sel=OUT-1', chosen);
    expect(search).toContain('at=-95.1,29.7,9');
    expect(decodeAddress(search)).toEqual(chosen);
    const moved = withMapView(search, { ...DEFAULT_VIEW, viewport: { lng: 1, lat: 2, zoom: 3 } });
    expect(decodeAddress(moved)).toEqual(chosen);
  });

  it.each(['?tab=x&show=&planned=maybe', '?cause=drop%20table', '?circuit=a%20b', '?sort=notes', '?from=2026-02-30&to=2026-13-01'])(
    'drops what it does not understand: %s',
    (search) => {
      expect(decodeAddress(search)).toEqual(search.includes('sort') ? { ...DEFAULT_ADDRESS, isDescending: false } : DEFAULT_ADDRESS);
    },
  );
});

describe('the list', () => {
  it('begins with the active outages that have most customers out', () => {
    expect(listVariables(DEFAULT_ADDRESS)).toEqual({
      filters: { status: { inList: ['PREDICTED', 'CONFIRMED', 'ASSIGNED', 'IN_PROGRESS'] } },
      ordering: [{ customersOut: 'DESC_NULLS_LAST' }, { startedAt: 'DESC' }],
    });
  });

  it('asks for what the filters say', () => {
    const address = { ...DEFAULT_ADDRESS, cause: NO_CAUSE, planned: 'planned', circuit: 'CKT-4', sort: 'startedAt', isDescending: false } as const;
    expect(listVariables({ ...address, show: 'all' })).toEqual({
      filters: { isPlanned: { exact: true }, causeCode: { isNull: true }, circuitId: { iContains: 'CKT-4' } },
      ordering: [{ startedAt: 'ASC_NULLS_LAST' }],
    });
    expect(listVariables({ ...DEFAULT_ADDRESS, status: 'PREDICTED' }).filters).toEqual({ status: { exact: 'PREDICTED' } });
    // A restored outage is not among the active ones: the filter gives way.
    expect(listVariables({ ...DEFAULT_ADDRESS, status: 'RESTORED' }).filters?.status).toHaveProperty('inList');
  });
});
