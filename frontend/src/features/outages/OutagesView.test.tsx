import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';

import { accessibilityFaults } from '../../../tests/axe';
import { mockClient, renderWith } from '../../../tests/mockClient';
import * as csv from '../../lib/csv';

import { OutageList } from './OutageList';
import { OutagesView } from './OutagesView';
import { DEFAULT_ADDRESS } from './address';

const OUTAGE = {
  __typename: 'Outage',
  id: 'o1',
  assetId: 'OUT-1',
  lon: -95,
  lat: 29,
  status: 'CONFIRMED',
  causeCode: null,
  isPlanned: false,
  source: 'CALL',
  startedAt: '2026-01-02T03:00:00Z',
  confirmedAt: '2026-01-02T03:05:00Z',
  restoredAt: null,
  estimatedRestorationAt: '2026-01-02T04:00:00Z',
  estimatedRestorationP80At: '2026-01-02T05:00:00Z',
  customersInterrupted: 30,
  customersOut: 24,
  notes: null,
  version: 4,
  updatedAt: '2026-01-02T03:05:00Z',
  circuit: { id: 'c', assetId: 'CKT-7', name: 'Alvin 7' },
  substation: { id: 's', assetId: 'SUB-1', name: 'Alvin' },
  switch: { id: 'w', assetId: 'SW-1', kind: 'FUSE' },
  transformer: null,
  meter: null,
  crew: null,
};
const CREW = {
  __typename: 'Crew',
  id: 'k1',
  assetId: 'CREW-1',
  name: 'Line crew 1',
  kind: 'LINE',
  memberCount: 3,
  status: 'AVAILABLE',
  version: 1,
  lon: null,
  lat: null,
  homeSubstation: { id: 's', assetId: 'SUB-1', name: 'Alvin' },
  outages: { edges: [] },
};
const OPEN = [
  { id: 'i1', assetId: 'OUT-1/XFMR-1', customers: 10, transformer: { id: 'x1', assetId: 'XFMR-1' } },
  { id: 'i2', assetId: 'OUT-1/XFMR-2', customers: 14, transformer: { id: 'x2', assetId: 'XFMR-2' } },
].map((each) => ({ ...each, startedAt: OUTAGE.startedAt, restoredAt: null, meter: null }));

const page = (nodes: object[]) => ({
  totalCount: nodes.length,
  pageInfo: { hasNextPage: false, endCursor: null },
  edges: nodes.map((node) => ({ node })),
});

const ANSWERS: Readonly<Record<string, object>> = {
  OutageList: { outages: page([OUTAGE]) },
  OutageDetail: { outage: { ...OUTAGE, steps: [{ stepNumber: 1, restoredAt: '2026-01-02T03:30:00Z', customersRestored: 6 }] } },
  OutageInterruptions: { outageInterruptions: page(OPEN) },
  OutageCrews: { crews: page([CREW]) },
  OutageWorkOrders: { workOrders: page([]) },
  OutageCauseCodes: { causeCodes: [{ code: 'WIND', label: 'Wind', category: 'Weather (other than lightning)' }] },
  OutageRestorationEstimate: { restorationEstimate: null },
};
const OPERATOR = ['grid.view_outage', 'grid.change_outage', 'grid.view_crew', 'grid.view_outageinterruption', 'grid.view_workorder'];

function show(selected: string | null, permissions: readonly string[], refusal?: object) {
  const changes = vi.fn<(name: string, variables: Record<string, unknown>) => void>();
  const client = mockClient({
    query: (name) => (ANSWERS[name] === undefined ? null : { data: ANSWERS[name] }),
    mutation: (name, variables) => {
      changes(name, variables);
      const done = { ...OUTAGE, version: 5, crew: name === 'AssignOutageCrew' ? { id: 'k1', assetId: 'CREW-1', name: 'Line crew 1' } : null };
      return { data: { payload: refusal ?? done } };
    },
  });
  const { container } = renderWith(
    client,
    <OutagesView
      address={DEFAULT_ADDRESS}
      onChange={vi.fn()}
      selected={selected}
      permissions={new Set(permissions)}
      timeZone="America/Chicago"
      onSelect={vi.fn()}
      onClose={vi.fn()}
      onAsset={vi.fn()}
      onLocate={vi.fn()}
    />,
  );
  return { changes, container };
}

describe('the list', () => {
  it('is read page by page, and a page is saved as it came', async () => {
    const asked: unknown[] = [];
    const first = { totalCount: 26, pageInfo: { hasNextPage: true, endCursor: 'c25' }, edges: [{ node: OUTAGE }] };
    const last = { totalCount: 26, pageInfo: { hasNextPage: false, endCursor: null }, edges: [{ node: { ...OUTAGE, id: 'o2', assetId: 'OUT-2' } }] };
    const client = mockClient({
      query: (name, variables) => {
        if (name !== 'OutageList') return ANSWERS[name] === undefined ? null : { data: ANSWERS[name] };
        asked.push(variables['after']);
        return { data: { outages: variables['after'] === 'c25' ? last : first } };
      },
    });
    renderWith(client, <OutageList address={DEFAULT_ADDRESS} onChange={vi.fn()} selected={null} timeZone="America/Chicago" onAssign={null} onSelect={vi.fn()} />);
    const saved = vi.spyOn(csv, 'saveCsv').mockReturnValue();
    await userEvent.click(await screen.findByRole('button', { name: 'Next' }));
    expect(asked.at(-1)).toBe('c25');
    expect(await screen.findByTestId('outage-row-OUT-2')).toBeTruthy();
    expect(screen.getByTestId('outage-count').textContent).toBe('26 to 26 of 26 outages');
    await userEvent.click(screen.getByRole('button', { name: 'Download these outages as CSV' }));
    const [head = '', row = ''] = (saved.mock.calls[0]?.[1] ?? '').split(/\r?\n/);
    expect(head).toBe('id,circuit_id,circuit,status,cause,is_planned,started_at,estimated_p50_at,estimated_p80_at,restored_at,customers_out,customers_interrupted,crew');
    expect(row).toBe('OUT-2,CKT-7,Alvin 7,CONFIRMED,,false,2026-01-02T03:00:00Z,2026-01-02T04:00:00Z,2026-01-02T05:00:00Z,,24,30,');
    await userEvent.click(screen.getByRole('button', { name: 'Before' }));
    expect(await screen.findByTestId('outage-row-OUT-1')).toBeTruthy();
    saved.mockRestore();
  });
});

describe('the outage selected', () => {
  it('gets a crew by its menu, for the version that was seen, and gives it back', async () => {
    const { changes } = show('OUT-1', OPERATOR);
    await userEvent.click(screen.getByTestId('step-assign'));
    await userEvent.click(screen.getByRole('menuitem', { name: /Line crew 1/ }));
    expect(changes).toHaveBeenLastCalledWith('AssignOutageCrew', {
      input: { outageId: 'OUT-1', expectedVersion: 4, crewId: 'CREW-1' },
    });
    const notice = await screen.findByTestId('notice-bar');
    expect(notice.textContent).toContain('Line crew 1 is assigned to OUT-1');
    await userEvent.click(within(notice).getByRole('button', { name: 'Undo' }));
    expect(changes).toHaveBeenLastCalledWith('WithdrawOutageCrew', { input: { outageId: 'OUT-1', expectedVersion: 5 } });
  });

  it('is restored by device, with exactly the customers that were named', async () => {
    const { changes } = show('OUT-1', OPERATOR);
    await userEvent.click(screen.getByTestId('step-restore'));
    expect(screen.getByTestId('restore-submit').textContent).toBe('Restore all 24');
    await userEvent.click(screen.getByLabelText('XFMR-2'));
    await userEvent.type(screen.getByLabelText(/Back since/), '2026-01-01T21:45');
    await userEvent.click(screen.getByTestId('restore-submit'));
    expect(changes).toHaveBeenLastCalledWith('RestoreOutage', {
      input: {
        outageId: 'OUT-1',
        expectedVersion: 4,
        restoredAt: '2026-01-02T03:45:00.000Z',
        transformerIds: ['XFMR-2'],
        meterIds: null,
        customersRestored: 14,
      },
    });
  });

  it('says why a step was refused', async () => {
    show('OUT-1', OPERATOR, {
      __typename: 'OperationInfo',
      code: 'STALE_VERSION',
      message: 'pia assigned it 2 minutes ago.',
      field: 'expectedVersion',
    });
    await userEvent.click(screen.getByTestId('step-assign'));
    await userEvent.click(screen.getByRole('menuitem', { name: /Line crew 1/ }));
    expect((await screen.findByRole('alert')).textContent).toContain('pia assigned it 2 minutes ago.');
    expect(screen.queryByRole('button', { name: 'Undo' })).toBeNull();
  });

  it('offers no step to who may only look, and cannot be cancelled once some are back', () => {
    show('OUT-1', OPERATOR.filter((permission) => permission !== 'grid.change_outage'));
    expect(screen.getByTestId('outage-status').textContent).toBe('Confirmed');
    expect(screen.queryByTestId('outage-steps')).toBeNull();
    expect(screen.queryByTestId('step-cancel')).toBeNull();
  });
});

describe('the list', () => {
  it('says what is known of each, and is accessible', async () => {
    const { container } = show(null, OPERATOR);
    const row = screen.getByTestId('outage-row-OUT-1');
    expect(row.textContent).toMatch(/Alvin 7, OUT-1Confirmed · cause not known yet24of 30Jan 1, .*21:00.*past its P80–/);
    const sorted = screen.getByRole('columnheader', { name: 'Out' });
    expect(sorted.getAttribute('aria-sort')).toBe('descending');
    expect(await accessibilityFaults(container)).toEqual([]);
  });

  it('sends a crew by the menu of the crew', async () => {
    const { changes } = show(null, OPERATOR);
    await userEvent.click(screen.getByRole('button', { name: 'What to do with Line crew 1' }));
    await userEvent.click(screen.getByRole('menuitem', { name: /Alvin 7 · 24 out/ }));
    await waitFor(() => expect(changes).toHaveBeenCalledWith('AssignOutageCrew', { input: { outageId: 'OUT-1', expectedVersion: 4, crewId: 'CREW-1' } }));
  });
});
