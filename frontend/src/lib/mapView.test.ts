import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { hourText } from './layerDisplay';
import { decodeMapView, DEFAULT_VIEW, encodeMapView, sharedView, withMapView } from './mapView';
import type { MapView } from './mapView';

/** A number that the codec keeps exactly: `digits` decimals. */
const decimal = (min: number, max: number, digits: number): fc.Arbitrary<number> =>
  fc
    .integer({ min: Math.ceil(min * 10 ** digits), max: Math.floor(max * 10 ** digits) })
    .map((n) => (n === 0 ? 0 : n / 10 ** digits));

const layerKey = fc.constantFrom('substations', 'branches', 'lines', 'switches', 'outages', 'x-1_y');
const assetId = fc
  .tuple(fc.constantFrom('SUB', 'BR', 'BUS', 'XFMR', 'CKT'), fc.stringMatching(/^[A-Za-z0-9_.:-]{1,20}$/))
  .map(([prefix, rest]) => `${prefix}-${rest}`);

const anyView: fc.Arbitrary<MapView> = fc.record({
  viewport: fc.option(
    fc.record({ lng: decimal(-180, 180, 5), lat: decimal(-85, 85, 5), zoom: decimal(0, 22, 2) }),
  ),
  layers: fc.option(fc.uniqueArray(layerKey)),
  colour: fc.constantFrom('voltage', 'loading', 'weather'),
  selected: fc.option(assetId),
  run: fc.option(fc.stringMatching(/^[A-Za-z0-9_=:.-]{1,24}$/)),
  wave: fc.option(fc.nat(99_999)),
  vulnerability: fc.option(fc.oneof(fc.constant('present'), fc.nat(99_999).map(String))),
  display: fc.record({
    opacity: fc.dictionary(layerKey, fc.integer({ min: 10, max: 99 }), { maxKeys: 3, noNullPrototype: true }),
    filters: fc.dictionary(
      fc.constantFrom('branches.kv', 'lines.line_class', 'network.circuit', 'flood_zones.annual_chance_pct'),
      fc.uniqueArray(fc.stringMatching(/^[A-Za-z0-9_.-]{1,12}$/), { minLength: 1, maxLength: 4 }),
      { maxKeys: 3, noNullPrototype: true },
    ),
    heat: fc.option(fc.record({ measure: fc.constantFrom('LOADING', 'TREE_RISK'), isTowers: fc.boolean() })),
    weather: fc.option(
      fc.record({ measure: fc.constantFrom('TEMPERATURE', 'WIND_SPEED'), at: fc.option(fc.nat(800_000).map((hour) => hourText(hour * 3_600_000))) }),
    ),
    isTilted: fc.boolean(),
    hasFlow: fc.boolean(),
  }),
  drawn: fc.option(fc.stringMatching(/^[A-Za-z0-9_.-]{1,60}$/)),
  pins: fc.uniqueArray(assetId, { maxLength: 4 }),
});

describe('the map view in the address', () => {
  it('survives the round trip', () => {
    fc.assert(
      fc.property(anyView, (view) => {
        expect(decodeMapView(encodeMapView(view))).toEqual(view);
      }),
      { numRuns: 500 },
    );
  });

  it('never throws and never yields a viewport off the map, whatever the link says', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (at, rest) => {
        const view = decodeMapView(`?at=${at}&${rest}`);
        if (view.viewport !== null) {
          expect(Math.abs(view.viewport.lng)).toBeLessThanOrEqual(180);
          expect(Math.abs(view.viewport.lat)).toBeLessThanOrEqual(85);
          expect(view.viewport.zoom).toBeGreaterThanOrEqual(0);
          expect(view.viewport.zoom).toBeLessThanOrEqual(22);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('is empty for the default view', () => {
    expect(encodeMapView(DEFAULT_VIEW)).toBe('');
    expect(decodeMapView('')).toEqual(DEFAULT_VIEW);
  });

  it('reads as a person would write it', () => {
    const view: MapView = {
      viewport: { lng: -95.369804, lat: 29.76, zoom: 8.5 },
      layers: ['substations', 'branches'],
      colour: 'loading',
      selected: 'SUB-40707',
      run: '12',
      wave: 3,
      vulnerability: null,
      display: {
        opacity: { buildings: 60, lines: 100 },
        filters: { 'branches.kv': ['300', '200'] },
        heat: { measure: 'LOADING', isTowers: true },
        weather: { measure: 'TEMPERATURE', at: '2026-07-01T14:00Z' },
        isTilted: true,
        hasFlow: false,
      },
      drawn: 'cABC',
      pins: ['SUB-1', 'SUB-2'],
    };
    expect(encodeMapView(view)).toBe(
      '?at=-95.3698,29.76,8.5&layers=substations,branches&colour=loading&sel=SUB-40707&run=12&wave=3' +
        '&opacity=buildings:60&filter=branches.kv:300:200&heat=LOADING:towers&weather=TEMPERATURE,2026-07-01T14:00Z&tilt=1' +
        '&shape=cABC&pins=SUB-1,SUB-2',
    );
  });

  it.each([
    ['at=1,2', 'viewport'],
    ['at=1,2,', 'viewport'],
    ['at=NaN,2,3', 'viewport'],
    ['at=200,2,3', 'viewport'],
    ['at=1,89,3', 'viewport'],
    ['at=1,2,40', 'viewport'],
    ['sel=<script>', 'selected'],
    ['sel=lower-1', 'selected'],
    ['run=a b', 'run'],
    ['wave=-1', 'wave'],
    ['wave=1.5', 'wave'],
  ] as const)('drops the malformed %s', (search, field) => {
    expect(decodeMapView(`?${search}`)[field]).toBeNull();
  });
});

describe('the address of a workspace', () => {
  it('keeps what is not of the map, whatever the map shows', () => {
    fc.assert(
      fc.property(anyView, anyView, (before, after) => {
        const search = withMapView(`${encodeMapView(before) || '?'}&tab=a%20b&day=2026-01-02`, after);
        expect(decodeMapView(search)).toEqual(after);
        const params = new URLSearchParams(search);
        expect([params.get('tab'), params.get('day')]).toEqual(['a b', '2026-01-02']);
      }),
    );
  });

  it('is empty for the default view alone', () => {
    expect(withMapView('?run=7&wave=1', DEFAULT_VIEW)).toBe('');
  });

  it('takes along where one looks, and not the run', () => {
    const view = { ...DEFAULT_VIEW, viewport: { lng: 1, lat: 2, zoom: 3 }, selected: 'SUB-1', run: '7', wave: 2 };
    expect(sharedView(view)).toEqual({ ...view, run: null, wave: null });
  });
});
