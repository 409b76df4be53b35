import { Float64, Table, Utf8, vectorFromArray } from 'apache-arrow';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { ColumnsRequestError } from '../../lib/columns/request';

import { LayerLoader } from './loader';
import { defaultLayers, planRequests } from './plan';
import type { LayerSource, PlannedRequest } from './plan';

function poles(...ids: string[]): Table {
  return new Table({
    id: vectorFromArray(ids, new Utf8()),
    lon: vectorFromArray(ids.map(() => -95), new Float64()),
    lat: vectorFromArray(ids.map(() => 29), new Float64()),
  });
}

interface Pending {
  url: string;
  signal: AbortSignal;
  answer: (table: Table) => void;
  refuse: (error: Error) => void;
}

/** A loader whose requests wait until the test answers them. */
function harness() {
  const pending: Pending[] = [];
  const loader = new LayerLoader(
    (url, signal) =>
      new Promise((answer, refuse) => {
        pending.push({ url, signal, answer, refuse });
      }),
  );
  const at = (index: number): Pending => {
    const found = pending[index];
    if (found === undefined) throw new Error(`There was no request ${index}.`);
    return found;
  };
  return { loader, pending, at, settle: () => vi.advanceTimersByTimeAsync(0) };
}

const request = (url: string, version = '1'): PlannedRequest => ({ key: 'poles', url, version });

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('the layer loader', () => {
  it('goes from loading to ready', async () => {
    const { loader, at, settle } = harness();
    loader.update([request('/a')]);
    expect(loader.states.get().poles?.phase).toBe('loading');
    at(0).answer(poles('POLE-1'));
    await settle();
    expect(loader.states.get().poles).toMatchObject({ phase: 'ready', error: null });
    expect(loader.states.get().poles?.columns?.ids).toEqual(['POLE-1']);
  });

  it('aborts what is no longer wanted and ignores its late answer', async () => {
    const { loader, at, settle } = harness();
    loader.update([request('/a')]);
    loader.update([request('/b')]);
    expect(at(0).signal.aborted).toBe(true);
    at(1).answer(poles('new'));
    at(0).answer(poles('old'));
    await settle();
    expect(loader.states.get().poles?.columns?.ids).toEqual(['new']);
  });

  it('keeps old data on screen while newer data loads', async () => {
    const { loader, at, settle } = harness();
    loader.update([request('/a')]);
    at(0).answer(poles('old'));
    await settle();
    loader.update([request('/b')]);
    expect(loader.states.get().poles).toMatchObject({ phase: 'loading' });
    expect(loader.states.get().poles?.columns?.ids).toEqual(['old']);
  });

  it('asks nothing twice, but asks anew for a new data version', async () => {
    const { loader, pending, at, settle } = harness();
    loader.update([request('/a')]);
    loader.update([request('/a')]);
    expect(pending).toHaveLength(1);
    at(0).answer(poles('v1'));
    await settle();
    loader.update([]);
    loader.update([request('/a')]);
    expect(pending).toHaveLength(1);
    expect(loader.states.get().poles?.phase).toBe('ready');
    loader.update([request('/a', '2')]);
    expect(pending).toHaveLength(2);
  });

  it('forgets a layer that is switched off', async () => {
    const { loader, at, settle } = harness();
    loader.update([request('/a')]);
    loader.stop();
    at(0).answer(poles('late'));
    await settle();
    expect(loader.states.get()).toEqual({});
  });

  it('keeps a refusal until it is asked to retry', async () => {
    const { loader, pending, at, settle } = harness();
    loader.update([request('/a')]);
    at(0).refuse(new ColumnsRequestError('PERMISSION_DENIED', 'Not allowed.', 403));
    await settle();
    expect(loader.states.get().poles).toMatchObject({ phase: 'error', error: { code: 'PERMISSION_DENIED' } });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(pending).toHaveLength(1);
    loader.retry('poles');
    at(1).answer(poles('POLE-1'));
    await settle();
    expect(loader.states.get().poles?.phase).toBe('ready');
  });

  it.each([
    ['the network', new ColumnsRequestError('NETWORK', 'Away.')],
    ['a service', new ColumnsRequestError('DATABASE_UNAVAILABLE', 'Away.', 503)],
  ])('recovers by itself when %s is back', async (_name, error) => {
    const { loader, pending, at, settle } = harness();
    loader.update([request('/a')]);
    at(0).refuse(error);
    await settle();
    expect(loader.states.get().poles?.phase).toBe('error');
    await vi.advanceTimersByTimeAsync(10_000);
    expect(pending).toHaveLength(2);
    at(1).answer(poles('POLE-1'));
    await settle();
    expect(loader.states.get().poles?.phase).toBe('ready');
  });

  it('reports data it cannot read', async () => {
    const { loader, at, settle } = harness();
    loader.update([request('/a')]);
    at(0).answer(new Table({ id: vectorFromArray(['x'], new Utf8()) }));
    await settle();
    expect(loader.states.get().poles?.error).toEqual({ code: 'MALFORMED', message: 'Column "lon" is missing.' });
  });
});

describe('the plan of requests', () => {
  const source = (key: string, minZoom: number, maxZoom = 24): LayerSource => ({
    key,
    columnsUrl: `/columns/${key}`,
    minZoom,
    maxZoom,
    dataVersion: 'v7',
  });
  const sources = [source('substations', 0), source('lines', 10), source('poles', 13), source('novelty', 0)];
  const bounds = [-95.4, 29.7, -95.3, 29.8] as const;

  it('asks for whole layers far out and for areas close in', () => {
    const all = new Set(sources.map((entry) => entry.key));
    expect(planRequests(sources, all, { zoom: 6, bounds })).toEqual([
      { key: 'substations', url: '/columns/substations', version: 'v7' },
    ]);
    const near = planRequests(sources, all, { zoom: 12, bounds });
    expect(near.map((entry) => entry.key)).toEqual(['substations', 'lines']);
    expect(near[1]?.url).toMatch(/^\/columns\/lines\?bbox=-95\.\d+,29\.\d+,-95\.\d+,29\.\d+$/);
  });

  it('asks for nothing hidden, and for nothing it cannot draw', () => {
    expect(planRequests(sources, new Set(['lines']), { zoom: 12, bounds }).map((entry) => entry.key)).toEqual(['lines']);
    expect(planRequests(sources, new Set(['novelty']), { zoom: 12, bounds })).toEqual([]);
  });

  it('leaves poles off until asked for', () => {
    expect(defaultLayers(sources)).toEqual(['substations', 'lines', 'novelty']);
  });
});
