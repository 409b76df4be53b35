import { screen, waitFor } from '@testing-library/react';
import { beforeEach, describe, expect, it } from 'vitest';

import { mockClient, renderWith } from '../../../tests/mockClient';

import { ScreeningPage } from './ScreeningPage';

const batch = (batchId: string) => ({
  node: { id: batchId, batchId, name: `Screening ${batchId}`, kind: 'N1_SUBSTATIONS', createdAt: '2026-01-01T00:00:00Z', contingencyCount: 2, worstShedMw: 1, job: { status: 'SUCCEEDED' } },
});

function open(address: string, batchIds: readonly string[] | null): void {
  window.history.replaceState(null, '', address);
  const edges = batchIds?.map(batch) ?? [];
  const list = { data: { cascadeBatches: { totalCount: edges.length, pageInfo: { hasNextPage: false, endCursor: null }, edges } } };
  renderWith(mockClient({ query: (name) => (name === 'CascadeBatches' && batchIds !== null ? list : null) }), <ScreeningPage timeZone="UTC" />);
}

describe('the page of screenings', () => {
  beforeEach(() => window.history.replaceState(null, '', '/'));

  it.each(['/cascade/screening', '/cascade/screening?batch=x'])('opens the newest where %s names none', async (address) => {
    open(address, ['12', '7']);
    await waitFor(() => expect(window.location.search).toBe('?batch=12'));
  });

  it('opens the one that the address names', async () => {
    open('/cascade/screening?batch=7', ['12', '7']);
    expect(await screen.findByTestId('batch-list')).toBeTruthy();
    expect(window.location.search).toBe('?batch=7');
  });

  it('says that none is chosen only once it is known that there is none', () => {
    open('/cascade/screening', null);
    expect(screen.getByLabelText('Opening the newest screening')).toBeTruthy();
    expect(screen.queryByText('No screening is chosen')).toBeNull();
  });

  it('says so where there is none', async () => {
    open('/cascade/screening', []);
    expect(await screen.findByText('No screening is chosen')).toBeTruthy();
    expect(window.location.search).toBe('');
  });
});
