import { beforeEach, describe, expect, it, vi } from 'vitest';

import { navigate, subscribeToLocation } from '../lib/location';

import { jobPath, routeOf } from './routes';
import { canBeFailed, homeViewport, zoomToSee } from './viewports';

describe('pages by path', () => {
  it.each([
    ['/', { page: 'map' }],
    ['/runs', { page: 'runs' }],
    ['/jobs', { page: 'jobs', jobId: null }],
    ['/jobs/', { page: 'jobs', jobId: null }],
    ['/jobs/a%20b', { page: 'jobs', jobId: 'a b' }],
    ['/jobs/a/b', { page: 'unknown' }],
    ['/runs/1', { page: 'unknown' }],
    ['/elsewhere', { page: 'unknown' }],
  ])('%s', (path, route) => {
    expect(routeOf(path)).toEqual(route);
  });

  it('find the job again from its own path', () => {
    const id = '3f0c/x y';
    expect(routeOf(jobPath(id))).toEqual({ page: 'jobs', jobId: id });
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
