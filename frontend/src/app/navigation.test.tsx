import { beforeEach, describe, expect, it, vi } from 'vitest';

import { navigate, subscribeToLocation } from '../lib/location';

import { jobPath, movedTo, routeOf, WORKSPACES } from './routes';
import { canBeFailed, homeViewport, zoomToSee } from './viewports';

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
  it('open on the middle of the territory, zoomed to its width', () => {
    const home = homeViewport([-96.2, 29, -94.5, 30.5]);
    expect(home.lng).toBeCloseTo(-95.35, 9);
    expect(home.lat).toBeCloseTo(29.75, 9);
    // At this zoom the territory's width takes between a third and the whole of 1,000 px.
    const widthPx = (1.7 / 360) * 512 * 2 ** home.zoom;
    expect(widthPx).toBeGreaterThan(333);
    expect(widthPx).toBeLessThan(1_000);
    expect(homeViewport([-180, -85, 180, 85]).zoom).toBe(3);
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
