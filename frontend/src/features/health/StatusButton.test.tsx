import { act, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { accessibilityFaults } from '../../../tests/axe';
import { mockClient, networkFailure, renderWith } from '../../../tests/mockClient';
import { linkState } from '../../lib/graphql/subscriptions';

import { StatusButton } from './StatusButton';
import { liveSummary, summarize, worst } from './summary';

const MINUTE_MS = 60_000;
const UP = { __typename: 'ServiceHealth', name: 'postgis', isUp: true, latencyMs: 1.2 };
const DOWN = { __typename: 'ServiceHealth', name: 'redis', isUp: false, latencyMs: null };
const ago = (minutes: number | null): string | null => (minutes === null ? null : new Date(Date.now() - minutes * MINUTE_MS).toISOString());

function layer(key: string, ageMin: number | null, isTooOld: boolean | null) {
  return { __typename: 'MapLayer', key, title: key, confirmedAt: ago(ageMin), isTooOld, status: 'FRESH', rowCount: 1, dataVersion: 'v', tilesVersion: 't' };
}

function source(key: string, ageMin: number | null, change: object = {}) {
  return { key, title: `Title of ${key}`, status: 'FRESH', confirmedAt: ago(ageMin), maxAgeS: 900, isTooOld: false, isPaused: false, lastError: null, ...change };
}

interface Server {
  layers?: object[];
  services?: object[];
  status?: string;
  sources?: object[];
  readAt?: string | null;
}

function open({ layers = [], services = [UP], status = 'OK', sources = [], readAt = null }: Server = {}, permissions: string[] = []) {
  const answers: Record<string, object> = {
    Health: { health: { status, services } },
    DataAge: { mapLayers: layers },
    Sources: { syncLayers: sources },
    ReadingAge: { kpis: [{ __typename: 'Kpi', key: 'loadMw', dataAsOf: readAt }] },
    StreamAges: { streamStatus: [] },
  };
  const client = mockClient({ query: (name) => ({ data: answers[name] }) });
  return renderWith(client, <StatusButton permissions={permissions} pathOf={(key) => `/data/layers/${key}`} />);
}

afterEach(() => {
  vi.useRealTimers();
  linkState.set('idle');
});

describe('the state of the system', () => {
  it('names the services that are down', () => {
    expect(summarize('OK', [UP])).toEqual({ label: 'All services up', tone: 'good' });
    expect(summarize('DEGRADED', [UP, DOWN, { ...DOWN, name: 'warehouse' }]).label).toBe('Degraded: Redis, Warehouse');
    expect(summarize('DOWN', [{ ...UP, isUp: false }])).toEqual({ label: 'Down: Postgis', tone: 'bad' });
    expect(worst(['good', 'bad', 'warn'])).toBe('bad');
  });

  it('shows what the server says of itself, and when it does not answer', () => {
    const { unmount } = open({ status: 'DEGRADED', services: [UP, DOWN] });
    expect(screen.getByTestId('health').textContent).toBe('Degraded: Redis');
    expect(screen.getByTestId('health').dataset.status).toBe('DEGRADED');
    unmount();
    renderWith(mockClient({ query: () => ({ error: networkFailure() }) }), <StatusButton permissions={[]} pathOf={(key) => key} />);
    expect(screen.getByTestId('health').textContent).toBe('Server not reachable');
  });

  it('says that the live link is away only when it stays away', () => {
    vi.useFakeTimers();
    act(() => linkState.set('connected'));
    open();
    expect(screen.getByTestId('live').textContent).toBe('Live');
    act(() => linkState.set('closed'));
    expect(screen.getByTestId('live').textContent).toBe('Connecting');
    act(() => void vi.advanceTimersByTime(3_100));
    expect(screen.getByTestId('live').textContent).toBe('Reconnecting');
    act(() => linkState.set('connected'));
    expect(screen.getByTestId('live').textContent).toBe('Live');
    expect(liveSummary('idle', false).tone).toBe('unknown');
  });

  it.each([
    [[layer('outages', 4, false), layer('poles', 12, false), layer('meters', null, null)], 'Synced 12\u00a0min ago', 'false'],
    [[layer('outages', 20, true), layer('poles', 50, false)], 'Synced 50\u00a0min ago: too old', 'true'],
    [[layer('outages', null, null)], 'Data age unknown', 'false'],
  ])('tells when the layer that waits longest was synced (%#)', (layers, text, isTooOld) => {
    open({ layers });
    expect(screen.getByTestId('data-age').textContent).toBe(text);
    expect(screen.getByTestId('data-age').dataset.tooOld).toBe(isTooOld);
  });
});

describe('the newest reading', () => {
  const layers = [layer('outages', 1, false)];

  it('is told beside the sync, since a sync of old readings is no news', async () => {
    open({ layers, readAt: ago(21 * 60) }, ['grid.view_outage']);
    const button = screen.getByTestId('status-button');
    expect(button.title).toContain('Synced 1\u00a0min ago, newest reading 21\u00a0h old.');
    await userEvent.click(button);
    expect((await screen.findByTestId('newest-reading')).textContent).toContain('Newest reading 21\u00a0h old.');
  });

  it('is unknown, not new, while no load is on record', () => {
    open({ layers }, ['grid.view_outage']);
    expect(screen.getByTestId('status-button').title).toContain('Synced 1\u00a0min ago, age of the newest reading unknown.');
  });

  it('is not asked for without the right to see it', () => {
    open({ layers, readAt: ago(60) });
    expect(screen.getByTestId('status-button').title).toMatch(/Synced 1\u00a0min ago\.$/);
  });
});

describe('the sources of the data', () => {
  it('stand with their age and what ails them, and lead to their layer', async () => {
    const sources = [
      source('poles', 5),
      source('outages', 30, { isTooOld: true }),
      source('weather', 7, { isPaused: true, lastError: 'no route' }),
      source('trees', null),
    ];
    open({ sources }, ['grid.view_synclayer']);
    await userEvent.click(screen.getByTestId('status-button'));
    const dialog = await screen.findByRole('dialog');
    const rows = [...dialog.querySelectorAll('li')].map((row) => row.textContent.replaceAll('\u00a0', ' '));
    expect(rows).toEqual([
      'Title of polessynced 5 min ago',
      'Title of outagessynced 30 min ago, may be 15 min',
      'Title of weathersynced 7 min ago, paused, last run failed',
      'Title of treesnever synced',
    ]);
    expect(screen.getByRole('link', { name: 'Title of outages' }).getAttribute('href')).toBe('/data/layers/outages');
    expect(await accessibilityFaults(dialog)).toEqual([]);
  });

  it('are the layers of the map for those who may not see more', async () => {
    open({ layers: [layer('poles', 12, false)] });
    await userEvent.click(screen.getByTestId('status-button'));
    const dialog = await screen.findByRole('dialog');
    expect(dialog.textContent).toContain('polessynced 12\u00a0min ago');
    expect(screen.queryByRole('link')).toBeNull();
  });
});
