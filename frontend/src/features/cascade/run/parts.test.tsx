import { fireEvent, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';

import { accessibilityFaults } from '../../../../tests/axe';
import { mockClient, renderWith } from '../../../../tests/mockClient';
import { RUN } from '../testRun';

import { CustomersPart } from './CustomersPart';
import { EconomicsPart } from './EconomicsPart';
import { ElementsPart } from './ElementsPart';
import { ExplanationPart } from './ExplanationPart';
import type { TripRow } from './trips';

const TRIP: TripRow = {
  wave: 1, branchId: 'BR-2', name: 'Bravo to Delta', kind: 'Line', cause: 'OVERLOAD', flowMw: -180, ratingMva: 150, loadingPct: 120, parentId: 'BR-1', parentWave: 0, parentRiseMw: 90,
};
const TRIPS: TripRow[] = [TRIP, { ...TRIP, wave: 2, branchId: 'BR-3', name: 'Echo to Foxtrot', cause: 'HIDDEN_FAILURE', loadingPct: 80, parentId: null, parentRiseMw: null }];

describe('the elements of a run', () => {
  it('are found, ordered and opened', () => {
    const onSelect = vi.fn();
    renderWith(mockClient({}), <ElementsPart runId="7" trips={TRIPS} problem={null} onRetry={vi.fn()} onSelect={onSelect} />);
    const names = (): (string | null)[] =>
      [...screen.getByTestId('element-table').querySelectorAll('tbody tr')].map((row) => row.querySelector('td')?.textContent ?? null);
    expect(names()).toEqual(['Bravo to Delta', 'Echo to Foxtrot']);
    fireEvent.click(screen.getByText('Loading %'));
    fireEvent.click(screen.getByText('Loading %'));
    expect(names()).toEqual(['Echo to Foxtrot', 'Bravo to Delta']);
    fireEvent.change(screen.getByLabelText('Find by name, id or cause'), { target: { value: 'hidden' } });
    expect(names()).toEqual(['Echo to Foxtrot']);
    fireEvent.click(screen.getByText('Echo to Foxtrot'));
    expect(onSelect).toHaveBeenCalledWith('BR-3');
  });

  it('have no accessibility faults', async () => {
    const { container } = renderWith(mockClient({}), <ElementsPart runId="7" trips={TRIPS} problem={null} onRetry={vi.fn()} onSelect={vi.fn()} />);
    expect(await accessibilityFaults(container)).toEqual([]);
  });

  it('say when they could not be loaded', () => {
    renderWith(mockClient({}), <ElementsPart runId="7" trips={null} problem="The server answered 500." onRetry={vi.fn()} onSelect={vi.fn()} />);
    expect(screen.getByRole('alert').textContent).toContain('The server answered 500.');
  });
});

const RANGE = { low: 1, mid: 2, high: 3, reasons: [] };
const ECONOMICS = {
  lostMw: 250, localLostMw: null, localLostMwReason: 'the load of a meter is not on record', customersOut: 420, coverageFrac: 0.5,
  unservedMwh: { low: 500, mid: 1000, high: 2000, reasons: [] }, durationsFrom: 'GIVEN',
  customer: { name: 'CUSTOMER', usd: { low: 21_300_000, mid: null, high: 14_500_000_000, reasons: ['part of the load has no customers on record'] }, lines: [{ name: 'VALUE_OF_LOST_LOAD', usd: RANGE }] },
  utility: { name: 'UTILITY', usd: { low: null, mid: null, high: null, reasons: [] }, lines: [] },
  regulatory: { name: 'REGULATORY', usd: { low: 0, mid: 0, high: 0, reasons: [] }, lines: [] },
  shares: [], severity: 'HIGH', severityReachedBy: ['LOAD'], severityReason: '', damageTable: 'ICE 1.0', costAssumptions: 'planning', vollUsdPerMwh: 35_685, priceFactor: 1.3466,
};

describe('the economics of a run', () => {
  it('ask for the hours that were typed, and show what is unknown as unknown', async () => {
    const asked: unknown[] = [];
    const client = mockClient({
      query: (name, variables) => {
        if (name !== 'RunEconomics') return { data: { decisionStudies: { edges: [] } } };
        asked.push(variables['durations']);
        return { data: { cascadeEconomics: ECONOMICS } };
      },
    });
    renderWith(client, <EconomicsPart run={RUN} />);
    const customers = (): string => screen.getByTestId('ledger-CUSTOMER').textContent.replaceAll('\u00a0', ' ');
    expect(customers()).toContain('Range of all$21.3 M–$14.5 bn');
    expect(screen.getByTestId('economics').textContent).toContain('the load of a meter is not on record');
    expect(screen.getByText(/part of the load has no customers on record/)).toBeTruthy();
    fireEvent.change(screen.getByLabelText('Mid, h'), { target: { value: '6' } });
    await waitFor(() => expect(asked.at(-1)).toEqual({ lowH: 2, midH: 6, highH: 8 }));
    fireEvent.change(screen.getByLabelText('Mid, h'), { target: { value: '' } });
    expect(await screen.findByText('Give three numbers of hours above 0.')).toBeTruthy();
  });
});

describe('the customers of a run', () => {
  it('show ranges, and that more are out than are on record', () => {
    const impact = { customers_out: 420, customers_low: 420, customers_expected: 431.5, customers_high: 460, mw_lost: 250, mw_unknown: 125, coverage_frac: 0.5, classes: [], circuits: [], out: { customers: 420, critical_customers: 3, meters: 400, transformers: 60 } };
    renderWith(mockClient({ query: () => ({ data: { cascadeRun: { id: RUN.id, impact } } }) }), <CustomersPart run={RUN} onSelect={vi.fn()} />);
    const text = screen.getByTestId('customers-part').textContent;
    expect(text).toContain('420 to 460, 432 expected');
    expect(text).toContain('Only 50.0% of the lost load lies under circuits on record');
  });

  it('are not known where no distribution data was there', () => {
    renderWith(mockClient({ query: () => ({ data: { cascadeRun: { id: RUN.id, impact: null } } }) }), <CustomersPart run={RUN} onSelect={vi.fn()} />);
    expect(screen.getByText('The impact is not known')).toBeTruthy();
  });
});

describe('the explanation of a run', () => {
  it('is that of this run, with its evidence; the assistant is asked by the user', async () => {
    const node = (runId: string, studyId: string) => ({ id: `s${studyId}`, studyId, name: RUN.name, createdAt: RUN.createdAt, run: { id: `r${runId}`, runId }, job: { ...RUN.job, jobId: studyId, id: `j${studyId}` } });
    const client = mockClient({
      query: (name, variables) => {
        if (name === 'RunStudies') return { data: { decisionStudies: { edges: [{ node: node('8', '1') }, { node: node('7', '2') }] } } };
        if (name === 'RunExplanation') {
          expect(variables['id']).toBe('2');
          return { data: { decisionStudy: { id: 's2', studyId: '2', createdAt: RUN.createdAt, explanation: [{ part: 'SUMMARY', topic: 'OUTCOME', text: '250 MW were lost.', facts: { lost_mw: 250.25, worst: 'BR-2' } }] } } };
        }
        return null;
      },
    });
    const onAsk = vi.fn();
    const onSelect = vi.fn();
    renderWith(client, <ExplanationPart run={RUN} canExplain timeZone="UTC" onSelect={onSelect} onAsk={onAsk} />);
    expect(screen.getByTestId('explanation').textContent).toContain('250 MW were lost.');
    const user = userEvent.setup();
    await user.click(screen.getByText('Evidence'));
    await user.click(screen.getByRole('button', { name: 'BR-2' }));
    expect(onSelect).toHaveBeenCalledWith('BR-2');
    await user.click(screen.getByTestId('ask-about-run'));
    expect(onAsk.mock.calls[0]?.[0]).toContain('cascade run 7');
  });

  it('cannot be started by who may not', () => {
    renderWith(mockClient({ query: () => ({ data: { decisionStudies: { edges: [] } } }) }), <ExplanationPart run={RUN} canExplain={false} timeZone="UTC" onSelect={vi.fn()} onAsk={null} />);
    expect(screen.getByTestId('explain')).toHaveProperty('disabled', true);
    expect(screen.getByTestId('ask-about-run')).toHaveProperty('disabled', true);
  });
});
