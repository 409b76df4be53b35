import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it } from 'vitest';

import { accessibilityFaults } from '../../../tests/axe';
import { graphqlFailure, mockClient, renderWith } from '../../../tests/mockClient';

import { DataNav } from './DataNav';
import { DataSection } from './DataSection';
import type { Account } from './common/permissions';
import type { DataPart } from './parts';

const LINKS = {
  part: (part: DataPart, id?: string | null) => `/data/${part}${id == null ? '' : `/${id}`}`,
  asset: (assetId: string) => (assetId.startsWith('POLE-') ? `/?sel=${assetId}` : null),
};
const JOB = {
  id: 'x', jobId: 'j', kind: 'grid.sync', title: 'Sync of weather', status: 'SUCCEEDED', progressFrac: 1, step: '', errorCode: '',
  errorMessage: '', createdAt: '2026-06-01T12:00:00Z', startedAt: null, finishedAt: null, isCancelRequested: false, owner: null,
};
const LAYER = {
  key: 'weather', title: 'Weather', status: 'FRESH', rowCount: 480, rejectCount: 0, syncedAt: '2026-06-01T12:00:00Z',
  confirmedAt: '2026-06-01T12:05:00Z', ageS: 125, maxAgeS: 7_200, isTooOld: false, lastRunAt: '2026-06-01T12:05:00Z', lastRunMode: 'WATERMARK',
  lastFallbackReason: null, lastError: null, isPaused: false, mode: 'WATERMARK', watermarkAt: null, nextRunAt: null, sourceVersion: null,
};
const NEVER = { ...LAYER, key: 'poles', title: 'Poles', status: 'NEVER_SYNCED', rowCount: null, rejectCount: null, ageS: null, isTooOld: null, confirmedAt: null };
const ALERT = { layer: 'weather', raisedAt: '2026-06-01T12:00:00Z', clearedAt: null, ageS: 7_300, maxAgeS: 7_200, reason: 'PAUSED', detail: null };

function account(...permissions: string[]): Account {
  return { username: 'ada', permissions: new Set(permissions), isLimited: false };
}

type Handlers = Parameters<typeof mockClient>[0];

function open(part: Exclude<DataPart, 'jobs'>, who: Account, handlers: Handlers, id: string | null = null) {
  const opened: string[] = [];
  const view = renderWith(
    mockClient(handlers),
    <DataSection part={part} id={id} account={who} links={LINKS} onOpen={(address) => opened.push(address)} timeZone="America/Chicago" />,
  );
  return { opened, view };
}

beforeEach(() => window.history.replaceState(null, '', '/data/quality'));

describe('links to the parts', () => {
  it('lead to what the account may see', () => {
    renderWith(mockClient({}), <DataNav account={account('grid.view_synclayer', 'grid.view_fileexport')} current="layers" pathOf={LINKS.part} />);
    const links = screen.getAllByRole('link');
    expect(links.map((link) => link.textContent)).toEqual(['Jobs', 'Sync layers', 'Exports']);
    expect(screen.getByRole('link', { current: 'page' }).textContent).toBe('Sync layers');
  });

  it('a part that the account may not see says so', () => {
    open('imports', account(), {});
    expect(screen.getByTestId('empty-state').textContent).toContain('may not see');
  });
});

const LAYERS: Handlers = {
  query: (name) => {
    if (name === 'SyncLayers') return { data: { syncLayers: [LAYER, NEVER], syncAlerts: [ALERT] } };
    if (name === 'SyncJobs') {
      return { data: { jobs: { totalCount: 1, edges: [{ node: { ...JOB, inputs: { layers: ['weather'] }, counts: { rows_inserted: 4 } } }] } } };
    }
    return name === 'SyncAlertHistory' ? { data: { syncAlerts: [ALERT] } } : null;
  },
};

describe('sync layers', () => {
  it('tell age, state and alarms, and unknown is no zero', async () => {
    const { opened, view } = open('layers', account('grid.view_synclayer'), LAYERS);
    const rows = within(screen.getByTestId('layers-table')).getAllByRole('row').slice(1);
    expect(rows[0]?.textContent).toContain('2\u00a0min');
    expect(rows[1]?.textContent).toContain('never synced');
    const [, , , , rowCount, refused] = within(rows[1] as HTMLElement).getAllByRole('cell');
    expect([rowCount?.textContent, refused?.textContent]).toEqual(['–', '–']);
    expect(screen.getByTestId('sync-alarms').textContent).toContain('it is paused');
    expect(screen.queryByTestId('sync-all')).toBeNull();
    await userEvent.setup().click(screen.getByTestId('open-layer-weather'));
    expect(opened).toEqual(['/data/layers/weather']);
    expect(await accessibilityFaults(view.container)).toEqual([]);
  });

  it('are sorted by a column, told in aria-sort', async () => {
    open('layers', account('grid.view_synclayer'), LAYERS);
    await userEvent.setup().click(screen.getByRole('button', { name: 'Layer' }));
    expect(screen.getByRole('columnheader', { name: 'Layer' }).getAttribute('aria-sort')).toBe('ascending');
    expect(screen.getByTestId('layers-table').querySelector('tbody tr')?.textContent).toContain('Poles');
  });

  it('are synced and paused by those who may', async () => {
    const sent: unknown[] = [];
    open(
      'layers',
      account('grid.view_synclayer', 'grid.change_synclayer'),
      {
        ...LAYERS,
        mutation: (name, variables) => {
          sent.push([name, variables.input]);
          return name === 'StartSync'
            ? { data: { startSync: { __typename: 'Job', ...JOB } } }
            : { error: graphqlFailure('DATABASE_UNAVAILABLE', 'The database is away.') };
        },
      },
      'weather',
    );
    const user = userEvent.setup();
    expect(screen.getByTestId('layer-runs').textContent).toContain('4 inserted');
    await user.click(screen.getByTestId('sync-layer'));
    await user.click(screen.getByLabelText('Paused'));
    expect(sent).toEqual([
      ['StartSync', { layers: ['weather'] }],
      ['PauseSyncLayer', { layer: 'weather', isPaused: true }],
    ]);
    expect((await screen.findByTestId('refusal')).textContent).toContain('The database is away.');
  });
});

describe('data quality', () => {
  const REPORT = {
    checkedAt: '2026-06-01T12:00:00Z',
    counts: [{ kind: 'UNUSED_POLE', severity: 'INFO', count: 3 }, { kind: 'LOOP', severity: 'WARNING', count: 1 }],
    totalCount: 4,
    items: [{ kind: 'UNUSED_POLE', severity: 'INFO', assetKind: 'pole', assetId: 'POLE-1', otherId: null, explanation: 'Carries nothing.', value: null }],
  };

  it('lists findings with links to the map, and asks for one rule', async () => {
    const asked: unknown[] = [];
    const { view } = open('quality', account('grid.view_dataqualityfinding'), {
      query: (name, variables) => {
        if (name !== 'DataQuality') return null;
        asked.push(variables.kinds);
        return { data: { dataQuality: REPORT } };
      },
    });
    expect(screen.getByRole('link', { name: 'POLE-1' }).getAttribute('href')).toBe('/?sel=POLE-1');
    expect(screen.getByTestId('severity-WARNING').textContent).toBe('1 warning');
    expect(screen.queryByTestId('start-check')).toBeNull();
    expect(await accessibilityFaults(view.container)).toEqual([]);
    await userEvent.setup().click(screen.getByTestId('rule-LOOP'));
    expect(window.location.search).toBe('?kind=LOOP');
    await waitFor(() => expect(asked.at(-1)).toEqual(['LOOP']));
  });

  it('that was never checked is not known, not without faults', () => {
    open('quality', account('grid.view_dataqualityfinding'), {
      query: () => ({ data: { dataQuality: { checkedAt: null, counts: [], totalCount: 0, items: [] } } }),
    });
    expect(screen.getByTestId('quality-checked').textContent).toBe('Not checked yet');
    expect(screen.getByTestId('severity-ERROR').textContent).toContain('–');
    expect(screen.queryByTestId('empty-state')).toBeNull();
  });
});

describe('exports', () => {
  const EXPORT = {
    id: '1', layer: 'poles', format: 'CSV', area: null, filters: [], hasPersonal: false, zoneIds: [], askedBy: 'ada', createdAt: '2026-06-01T12:00:00Z',
    dataVersion: 'v', rowCount: 9, sizeBytes: 1_200, digest: 'ab', readyAt: '2026-06-01T12:01:00Z', expiresAt: '2026-06-08T12:01:00Z', downloadUrl: '/exports/1', job: JOB,
  };
  const MAP_LAYERS = [
    { key: 'poles', title: 'Poles', permission: 'grid.view_pole', rowCount: 9, attributes: [] },
    { key: 'meters', title: 'Meters', permission: 'grid.view_meter', rowCount: 9, attributes: [] },
  ];

  it('are started of layers that the account may see, and downloaded', async () => {
    const sent: unknown[] = [];
    const { view } = open('exports', account('grid.view_fileexport', 'grid.add_fileexport', 'grid.view_pole'), {
      query: (name) => (name === 'Exports' ? { data: { exports: [EXPORT, { ...EXPORT, id: '2', downloadUrl: null }] } } : { data: { mapLayers: MAP_LAYERS } }),
      mutation: (_name, variables) => {
        sent.push(variables.input);
        return { data: { startExport: { __typename: 'FileExport', ...EXPORT } } };
      },
    });
    expect(screen.getByTestId('download-1').getAttribute('href')).toBe('/exports/1');
    expect(screen.getByTestId('exports-table').textContent).toContain('gone');
    expect(await accessibilityFaults(view.container)).toEqual([]);
    const user = userEvent.setup();
    await user.click(screen.getByRole('combobox', { name: 'Layer' }));
    expect(screen.getAllByRole('option').map((option) => option.textContent)).toEqual(['Poles']);
    await user.click(screen.getByRole('option', { name: 'Poles' }));
    await user.click(screen.getByTestId('export-start'));
    expect(sent).toEqual([{ layer: 'poles', format: 'GEOJSON', area: null, filters: [], withPersonal: false }]);
  });
});

describe('delivery', () => {
  it('says why a backlog is not known', () => {
    open('delivery', account('grid.view_streamconsumer', 'grid.view_outboxevent'), {
      query: (name) =>
        name === 'Outbox'
          ? { data: { outbox: { pendingCount: 2, blockedCount: 0, oldestRecordedAt: '2026-06-01T12:00:00Z', oldestAgeS: 90, lastDeliveredAt: null, lastError: 'Away.' } } }
          : {
              data: {
                streamStatus: [
                  { stream: 'READINGS', backlogCount: null, lagS: null, reason: 'Redis is away.', ratePerS: null, deadCount: 0, lastRecordAt: null, pendingCount: 0, pendingSince: null, pendingError: null, consumers: [] },
                ],
              },
            },
    });
    expect(screen.getByText(/the backlog is not known: Redis is away/)).toBeTruthy();
    expect(screen.getByTestId('outbox').textContent).toContain('Away.');
    expect(screen.getByTestId('empty-state').textContent).toContain('No consumer is alive');
  });
});
