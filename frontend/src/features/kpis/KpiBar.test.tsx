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
    expect(tile.getAttribute('aria-label')).toBe('Distribution load: not known, No transformer load has been synced.');
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
});
