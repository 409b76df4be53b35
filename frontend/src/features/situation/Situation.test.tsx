import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { Provider } from 'urql';
import type { Client } from 'urql';
import { describe, expect, it, vi } from 'vitest';
import { fromValue, never } from 'wonka';

import { Situation } from './Situation';

const RISK = {
  at: '2026-01-02T03:00:00Z',
  score: 51.6,
  level: 'HIGH',
  totalCustomerHours: 1234.5,
  ordinaryDayCustomerHours: 321,
  missingParts: ['CONTINGENCIES'],
  reason: null,
  parts: [
    {
      part: 'OUTAGES',
      customerHours: 1000,
      coverageFrac: 1,
      reason: null,
      contributions: [{ kind: 'CIRCUIT', assetId: 'CKT-7', customerHours: 900 }],
    },
    { part: 'CONTINGENCIES', customerHours: null, coverageFrac: null, reason: 'No network was screened yet.', contributions: [] },
  ],
};

function serve(answers: Readonly<Record<string, unknown>>): Client {
  const nameOf = (request: { query: { definitions: readonly { name?: { value: string } }[] } }): string =>
    request.query.definitions[0]?.name?.value ?? '';
  return {
    executeQuery: (request: Parameters<typeof nameOf>[0]) => fromValue({ data: answers[nameOf(request)], stale: false }),
    executeSubscription: () => never,
  } as unknown as Client;
}

const ALL = ['grid.view_synclayer', 'cascade.view_risksample', 'grid.view_outage', 'grid.view_circuitstatus'];

function show(answers: Readonly<Record<string, unknown>>, permissions: readonly string[] = ALL) {
  const onSelect = vi.fn();
  render(
    <Provider value={serve(answers)}>
      <Situation permissions={permissions} timeZone="America/Chicago" pathOfLayer={(key) => key} onSelect={onSelect} />
    </Provider>,
  );
  return onSelect;
}

describe('the situation', () => {
  it('tells the risk with what it is without, and what adds to it', async () => {
    const onSelect = show({ RiskNow: { riskNow: RISK } });
    const risk = within(screen.getByTestId('risk'));
    expect(risk.getByTestId('risk-score').textContent).toContain('52High');
    expect(risk.getByText(/1,235 customer-hours expected; an ordinary day has 321\. Without contingencies\./)).toBeTruthy();
    expect(risk.getByTestId('risk-CONTINGENCIES').textContent).toContain('not knownNo network was screened yet.');
    await userEvent.click(risk.getByRole('button', { name: /Outages/ }));
    await userEvent.click(risk.getByRole('button', { name: 'CKT-7' }));
    expect(onSelect).toHaveBeenCalledWith('CKT-7', null);
  });

  it('says why the risk is not known, once', () => {
    const parts = RISK.parts.map((part) => ({ ...part, customerHours: null, reason: 'No sample.', contributions: [] }));
    show({ RiskNow: { riskNow: { ...RISK, score: null, level: null, reason: 'No sample was taken yet.', parts } } });
    expect(screen.getByTestId('risk').textContent).toBe('Risk of the next 24 hours' + ageOf() + 'Not known: No sample was taken yet.How it went');
  });

  it('shows an outage where it lies, and what is not known of it', async () => {
    const node = {
      id: 'x',
      assetId: 'OUT-1',
      lon: -95,
      lat: 29,
      status: 'CONFIRMED',
      causeCode: null,
      isPlanned: false,
      startedAt: '2026-01-02T03:00:00Z',
      estimatedRestorationAt: null,
      estimatedRestorationP80At: null,
      customersOut: 1200,
      circuit: { id: 'c', assetId: 'CKT-7', name: 'Alvin 7' },
      crew: null,
    };
    const late = { ...node, assetId: 'OUT-2', estimatedRestorationAt: '2026-01-02T05:00:00Z', estimatedRestorationP80At: '2026-01-02T07:00:00Z' };
    const onSelect = show({ ActiveOutages: { outages: { totalCount: 14, edges: [{ node }, { node: late }] } } });
    expect(screen.getByTestId('outage-OUT-2').textContent).toContain('· was to be back by Jan 2, 2026, 01:00 (P80) · crew –');
    const row = screen.getByTestId('outage-OUT-1');
    expect(row.textContent).toMatch(/Alvin 71,200 outConfirmed · cause unknown · .* · no estimate · crew –/);
    expect(screen.getByText('2 more have fewer customers out.')).toBeTruthy();
    await userEvent.click(row);
    expect(onSelect).toHaveBeenCalledWith('OUT-1', { lon: -95, lat: 29 });
  });

  it('leaves out what the account may not see', () => {
    show({}, ['grid.view_outage']);
    expect(screen.queryByTestId('risk')).toBeNull();
    expect(screen.getByTestId('active-outages')).toBeTruthy();
  });
});

function ageOf(): string {
  return screen.getByTestId('risk').textContent.match(/\d+\s(?:s|min|h|d) old/)?.[0] ?? '';
}
