import { WebMercatorViewport } from '@deck.gl/core';
import { beforeEach, describe, expect, it, vi } from 'vitest';

import { navigate, subscribeToLocation } from '../lib/location';

import { boundsAround, boundsInView, frameBounds } from './frame';
import { jobPath, movedTo, routeOf, WORKSPACES } from './routes';
import { canBeFailed, zoomToSee } from './viewports';

describe('workspaces by path', () => {
  it.each([
    ['/', { workspace: 'operations' }],
    ['/assets', { workspace: 'assets', assetId: null }],
    ['/assets/XFMR-1-02-0003', { workspace: 'assets', assetId: 'XFMR-1-02-0003' }],
    ['/assets/XFMR-1/more', { workspace: 'unknown' }],
    ['/topology', { workspace: 'topology' }],
    ['/topology/1', { workspace: 'unknown' }],
    ['/outages', { workspace: 'outages' }],
    ['/outages/1', { workspace: 'unknown' }],
    ['/ami', { workspace: 'ami' }],
    ['/ami/other', { workspace: 'unknown' }],
    ['/vegetation', { workspace: 'vegetation' }],
    ['/vegetation/1', { workspace: 'unknown' }],
    ['/cascade', { workspace: 'cascade', page: 'map' }],
    ['/cascade/runs', { workspace: 'cascade', page: 'runs' }],
    ['/cascade/screening', { workspace: 'cascade', page: 'screening' }],
    ['/cascade/compare', { workspace: 'cascade', page: 'compare' }],
    ['/cascade/report', { workspace: 'cascade', page: 'report' }],
    ['/cascade/elsewhere', { workspace: 'unknown' }],
    ['/cascade/decisions', { workspace: 'cascade', page: 'decisions' }],
    ['/data', { workspace: 'data', part: 'jobs', id: null }],
    ['/data/jobs/', { workspace: 'data', part: 'jobs', id: null }],
    ['/data/jobs/a%20b', { workspace: 'data', part: 'jobs', id: 'a b' }],
    ['/data/layers', { workspace: 'data', part: 'layers', id: null }],
    ['/data/layers/weather', { workspace: 'data', part: 'layers', id: 'weather' }],
    ['/data/imports/7', { workspace: 'data', part: 'imports', id: '7' }],
    ['/data/quality', { workspace: 'data', part: 'quality', id: null }],
    ['/data/quality/7', { workspace: 'unknown' }],
    ['/data/elsewhere', { workspace: 'unknown' }],
    ['/data/jobs/a/b', { workspace: 'unknown' }],
    ['/cascade/runs/1', { workspace: 'unknown' }],
    ['/elsewhere', { workspace: 'unknown' }],
  ])('%s', (path, route) => {
    expect(routeOf(path)).toEqual(route);
  });

  it.each(WORKSPACES.map(({ key, path }) => [path, key]))('%s is its own address', (path, key) => {
    expect(routeOf(path).workspace).toBe(key);
    expect(movedTo(path, '')).toBeNull();
  });

  it('find the job again from its own path', () => {
    const id = '3f0c/x y';
    expect(routeOf(jobPath(id))).toEqual({ workspace: 'data', part: 'jobs', id });
  });

  it.each([
    ['/runs', '', '/cascade/runs'],
    ['/jobs', '', '/data/jobs'],
    ['/jobs/a%20b', '', '/data/jobs/a%20b'],
    ['/', '?run=7&wave=2', '/cascade?run=7&wave=2'],
    ['/', '?at=1,2,3&vulnerability=present', '/cascade?at=1,2,3&vulnerability=present'],
  ])('old links lead on: %s%s', (path, search, target) => {
    expect(movedTo(path, search)).toBe(target);
  });
});

describe('viewports', () => {
  /** Where a place is on the screen, by the formula of Web Mercator with trigonometry of its own. */
  const onScreen = ([lng, lat]: readonly [number, number], view: { lng: number; lat: number; zoom: number }, size: { width: number; height: number }) => {
    const worldPx = 512 * 2 ** view.zoom;
    const y = (degrees: number): number => Math.log(Math.tan(Math.PI / 4 + (degrees * Math.PI) / 360)) / (2 * Math.PI);
    return [size.width / 2 + ((lng - view.lng) / 360) * worldPx, size.height / 2 - (y(lat) - y(view.lat)) * worldPx];
  };

  it.each([
    ['a wide one', { width: 1_000, height: 600 }, [304, 64, 936, 552]],
    ['a narrow one', { width: 600, height: 600 }, [24, 64, 536, 552]],
  ])('frame bounds whole on %s, beside what lies over the map', (_name, size, [left = 0, top = 0, right = 0, bottom = 0]) => {
    const view = frameBounds([-96.2, 29, -94.5, 30.5], size);
    const [x0 = 0, y0 = 0] = onScreen([-96.2, 30.5], view, size);
    const [x1 = 0, y1 = 0] = onScreen([-94.5, 29], view, size);
    // In the middle of the free part, and as large as fits.
    expect(x0 + x1).toBeCloseTo(left + right, 3);
    expect(y0 + y1).toBeCloseTo(top + bottom, 3);
    expect(Math.min(x0 - left, y0 - top)).toBeCloseTo(0, 3);
    expect(Math.max(x1 - right, y1 - bottom)).toBeCloseTo(0, 3);
  });

  it('frame neither the whole world nor a single place too near', () => {
    const size = { width: 1_000, height: 600 };
    expect(frameBounds([-180, -85, 180, 85], size).zoom).toBe(3);
    expect(frameBounds([-95, 29, -95, 29], size).zoom).toBe(13);
    expect(frameBounds([-95, 29, -95, 29], { width: 0, height: 0 }).zoom).toBe(13);
  });

  it('knows what will be seen before there is a map', () => {
    // The world is 512 px wide at zoom 0, and square up to 85.0511 degrees.
    const [west, south, east, north] = boundsInView({ lng: 0, lat: 0, zoom: 0 }, { width: 512, height: 512 });
    expect([west, east]).toEqual([-180, 180]);
    expect(south).toBeCloseTo(-85.0511, 4);
    expect(north).toBeCloseTo(85.0511, 4);

    const at = { lng: -95.4, lat: 29.8, zoom: 9.3 };
    const peer = new WebMercatorViewport({ longitude: at.lng, latitude: at.lat, zoom: at.zoom, width: 900, height: 500 }).getBounds();
    boundsInView(at, { width: 900, height: 500 }).forEach((edge, index) => expect(edge).toBeCloseTo(peer[index] ?? NaN, 9));
  });

  it('hold all places', () => {
    expect(boundsAround([])).toBeNull();
    expect(boundsAround([{ lon: -95, lat: 29 }, { lon: -96, lat: 30 }, { lon: -95.5, lat: 28 }])).toEqual([-96, 28, -95, 30]);
  });

  it('never zoom out to show an asset', () => {
    expect(zoomToSee('SUB-1', 6)).toBe(9.5);
    expect(zoomToSee('SUB-1', 12)).toBe(12);
    expect(zoomToSee('XFMR-1', 6)).toBe(14.5);
  });

  it('know what a cascade can begin with', () => {
    expect(['SUB-1', 'BR-1', 'XFMR-1', 'LINE-1'].filter(canBeFailed)).toEqual(['SUB-1', 'BR-1']);
  });
});

describe('navigation', () => {
  beforeEach(() => window.history.replaceState(null, '', '/'));

  it('adds a history entry, or replaces the current one', () => {
    const before = window.history.length;
    navigate('/runs');
    expect(window.history.length).toBe(before + 1);
    navigate('/jobs', { replace: true });
    expect(window.history.length).toBe(before + 1);
    expect(window.location.pathname).toBe('/jobs');
  });

  it('tells listeners of changes only', () => {
    const heard = vi.fn();
    const stop = subscribeToLocation(heard);
    navigate('/runs');
    navigate('/runs');
    stop();
    navigate('/');
    expect(heard).toHaveBeenCalledOnce();
  });
});
