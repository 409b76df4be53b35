import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';

import { accessibilityFaults } from '../../../tests/axe';
import { graphqlFailure, mockClient, renderWith } from '../../../tests/mockClient';

import { KpiBar } from './KpiBar';

const LOAD = {
  key: 'loadMw',
  label: 'Distribution load',
  value: 1234.5,
  unit: 'MW',
  definition: 'Metered energy of the newest hour.',
  dataAsOf: new Date(Date.now() - 7_200_000).toISOString(),
  reason: null,
};
const UNKNOWN_LOAD = { ...LOAD, value: null, dataAsOf: null, reason: 'No transformer load has been synced.' };

describe('the KPI bar', () => {
  it('shows a value with its unit, its definition and the age of its data', async () => {
    renderWith(mockClient({ query: () => ({ data: { kpis: [LOAD] } }) }), <KpiBar />);
    const tile = screen.getByTestId('kpi-loadMw');
    expect(tile.textContent).toBe('Distribution load1,235\u00a0MW');
    await userEvent.setup().hover(tile);
    const tooltip = await screen.findByRole('tooltip');
    expect(tooltip.textContent).toContain('Metered energy of the newest hour.');
    expect(tooltip.textContent).toContain('Data 2\u00a0h old.');
  });

  it('shows an unknown value as a dash with the server’s reason, never as zero', () => {
    renderWith(mockClient({ query: () => ({ data: { kpis: [UNKNOWN_LOAD] } }) }), <KpiBar />);
    const tile = screen.getByTestId('kpi-loadMw');
    expect(tile.textContent).toContain('–');
    expect(tile.textContent).toContain('No transformer load has been synced.');
    expect(tile.textContent).not.toContain('0');
    expect(screen.getByRole('button', { name: /Distribution load.*not known:.*No transformer load has been synced\./ })).toBe(tile);
  });

  it('shows a real zero as zero', () => {
    renderWith(mockClient({ query: () => ({ data: { kpis: [{ ...LOAD, value: 0 }] } }) }), <KpiBar />);
    expect(screen.getByTestId('kpi-loadMw').textContent).toBe('Distribution load0\u00a0MW');
  });

  it('keeps its place while loading and offers a retry when it failed', () => {
    renderWith(mockClient({ query: () => null }), <KpiBar />);
    expect(screen.getByTestId('kpi-bar').getAttribute('aria-busy')).toBe('true');
    renderWith(mockClient({ query: () => ({ error: graphqlFailure('WAREHOUSE_UNAVAILABLE', 'The warehouse is away.') }) }), <KpiBar />);
    expect(screen.getByRole('alert').textContent).toContain('The warehouse is away.');
    expect(screen.getByRole('button', { name: 'Try again' })).toBeTruthy();
  });

  it('has no accessibility faults', async () => {
    const { container } = renderWith(mockClient({ query: () => ({ data: { kpis: [LOAD, { ...UNKNOWN_LOAD, key: 'b' }] } }) }), <KpiBar />);
    expect(await accessibilityFaults(container)).toEqual([]);
  });

  it('opens all of a figure: rule, standard, age, trend and parts', async () => {
    const at = [0, 3, 6].map((hour) => new Date(Date.UTC(2026, 0, 2, hour)).toISOString());
    const trend = { source: 'HISTORY', at, values: [null, null, null], dayAgo: 1200, weekAgo: null, reason: 'Nothing is on record.' };
    const client = mockClient({
      query: (name) => {
        if (name === 'Kpis') return { data: { kpis: [LOAD] } };
        if (name === 'KpiTrend') return { data: { kpis: [{ ...LOAD, coveragePct: 97.5, trend }] } };
        return { data: { topLoadedTransformers: [{ assetId: 'XFMR-1', name: 'Oak 1', peakLoadingPct: 131.25, hoursOverRating: 3 }] } };
      },
    });
    const picked: string[] = [];
    renderWith(client, <KpiBar timeZone="UTC" onSelect={(assetId) => picked.push(assetId)} />);
    const user = userEvent.setup();
    await user.click(screen.getByTestId('kpi-loadMw'));
    const dialog = await screen.findByRole('dialog', { name: 'Distribution load' }, { timeout: 15_000 });
    expect(dialog.textContent).toContain('Metered energy of the newest hour.');
    expect(dialog.textContent).toContain('Metered97.5% of all meters’ time');
    expect(dialog.textContent).toContain('A day before1,200\u00a0MW, now 34.5\u00a0MW more');
    expect(dialog.textContent).toContain('A week before–');
    // No moment is known: no line at zero.
    expect(dialog.textContent).toContain('How it went is not known: Nothing is on record.');
    expect(await accessibilityFaults(dialog)).toEqual([]);
    await user.click(await screen.findByRole('button', { name: /Oak 1.*131\.3%/ }));
    expect(picked).toEqual(['XFMR-1']);
    expect(screen.queryByTestId('kpi-detail')).toBeNull();
  });
});
