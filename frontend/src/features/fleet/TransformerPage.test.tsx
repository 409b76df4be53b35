import { cleanup, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';

import { accessibilityFaults } from '../../../tests/axe';
import { graphqlFailure, mockClient, renderWith } from '../../../tests/mockClient';

import { TransformerPage } from './TransformerPage';
import { MAY } from './permissions';

const ID = 'XFMR-1-01-0001';
const ALL = Object.values(MAY);

const TRANSFORMER = {
  id: 't',
  assetId: ID,
  name: 'Alpha 01 T0001',
  ratedKva: 25,
  phases: 'A',
  primaryKv: 12.5,
  secondaryKv: 0.24,
  installYear: 1966,
  customerCount: 10,
  peakLoadKva: 30,
  peakLoadingPct: 120,
  latestLoad: { loadHour: '2026-03-01T11:00:00Z', loadKva: 7, loadingPct: 28, coveragePct: 90 },
  circuit: { id: 'c', assetId: 'CKT-1-01', name: 'Alpha 01' },
  substation: { id: 's', assetId: 'SUB-1', name: 'Alpha' },
};

const HEALTH = {
  id: 'h',
  assetId: ID,
  healthIndex: 16.1,
  healthScore: 8.47,
  band: 'HI5',
  confidenceFrac: 0.8,
  failuresPerYear: 0.014,
  reason: null,
  asOf: '2026-03-01T10:00:00Z',
  contributions: [
    { evidence: 'AGE', points: -52.6, isKnown: true, value: 60, unit: 'years' },
    { evidence: 'INSPECTION', points: -26.3, isKnown: true, value: 5, unit: '' },
    { evidence: 'AGEING', points: 0, isKnown: false, value: null, unit: '' },
    { evidence: 'FAULTS', points: -5, isKnown: true, value: 1, unit: '' },
  ],
};

const FAILURE = {
  id: 'f',
  transformerId: ID,
  unitId: 'U-1',
  rank: 7,
  tier: 'HIGH',
  action: 'REPLACE_LARGER',
  mainEvidence: 'LOADING',
  probability30d: null,
  probability90d: 0.01,
  probability365d: 0.041,
  renewedProbability: 0.004,
  timesBaseRate: 5.7,
  customers: 10,
  ageYears: 60,
  peakLoadingPct: 120,
  peakHotSpotC: 130,
  failureMinutes: 116,
  avoidedMinutes: 104.4,
  plannedMinutes: null,
  avoidedRank: 2,
  contributions: [
    { feature: 'over_120_h_per_year', evidence: 'LOADING', value: 210, logOdds: 0.9 },
    { feature: 'condition_code', evidence: 'INSPECTION', value: null, logOdds: -0.1 },
  ],
};

const RUN = {
  createdAt: '2026-03-01T05:00:00Z',
  asOf: '2026-03-01T05:00:00Z',
  reason: null,
  modelId: '1',
  modelVersion: 2,
  algorithm: 'BOOSTING',
  trainedOn: 'FORGED',
  transformerCount: 5002,
  baseRate: 0.007,
  failureMinutes: 290,
  plannedMinutes: null,
  tiers: [{ tier: 'HIGH', transformers: 1 }],
  horizons: [
    { days: 30, expectedFailures: null, reason: 'too few failed within 30 days' },
    { days: 90, expectedFailures: 8, reason: null },
    { days: 365, expectedFailures: 35, reason: null },
  ],
};

const AGEING = {
  hourCount: 336,
  knownHourCount: 300,
  normalLifeH: 180_000,
  equivalentAgeingFactor: 1.5,
  lifeUsedH: 450,
  lifeUsedPct: 0.25,
  peakHotSpotC: 128,
  peakHotSpotAt: '2026-02-27T20:00:00Z',
  hoursOver110C: 12,
  hoursOver140C: 0,
};

const FORECAST_RUN = {
  createdAt: '2026-03-01T05:00:00Z',
  day: null,
  knownUntil: null,
  reason: 'no hours are on record',
  air: null,
  transformerCount: null,
  unknownCount: null,
  overloadPu: 1,
  hotC: 120,
  expectedOverloads: null,
  expectedHot: null,
};

function order(assetId: string, workType: string) {
  return { id: assetId, assetId, workType, priority: 'HIGH', status: 'OPEN', createdAt: '2026-03-01T09:00:00Z', scheduledAt: null, completedAt: null, description: null, version: 1, crew: null };
}

const many = (key: string, nodes: object[]) => ({ data: { [key]: { totalCount: nodes.length, edges: nodes.map((node) => ({ node })) } } });

type Answer = { data: object } | { error: ReturnType<typeof graphqlFailure> };

function page(options: { permissions?: readonly string[]; answers?: Record<string, Answer>; mutation?: Parameters<typeof mockClient>[0]['mutation'] } = {}) {
  const orders: object[] = [];
  const answers: Record<string, () => Answer> = {
    TransformerPage: () => ({ data: { transformer: TRANSFORMER } }),
    TransformerHealth: () => many('assetHealths', [HEALTH]),
    TransformerFailure: () => many('transformerFailures', [FAILURE]),
    FailureRun: () => ({ data: { transformerRiskRun: RUN } }),
    TransformerAgeing: () => ({ data: { transformerAgeing: AGEING } }),
    TransformerNextDay: () => many('transformerForecasts', []),
    NextDayRun: () => ({ data: { transformerForecastRuns: [FORECAST_RUN] } }),
    TransformerOutages: () => many('outages', []),
    TransformerOrders: () => many('workOrders', orders),
    TransformerLoadSeries: () => ({ data: { transformerLoad: [] } }),
  };
  const client = mockClient({
    query: (name) => options.answers?.[name] ?? answers[name]?.() ?? null,
    mutation: options.mutation,
  });
  renderWith(client, <TransformerPage assetId={ID} permissions={options.permissions ?? ALL} timeZone="America/Chicago" />);
  return { orders };
}

beforeEach(() => window.history.replaceState(null, '', `/assets/${ID}`));

describe('a transformer', () => {
  it('tells its health, ageing and prediction, with what is not known and why', async () => {
    page();
    expect(await screen.findByTestId('health-index')).toHaveProperty('textContent', '16.1');
    expect(screen.getByTestId('health-parts').textContent).toContain('Ageing of its insulationnot known');
    expect(screen.getByTestId('failure-30').textContent).toContain('not known: too few failed within 30 days');
    expect(screen.getByTestId('failure-365').textContent).toContain('4.1%');
    expect(screen.getByTestId('failure-contributions').textContent).toContain('Hours above 120 % in a year');
    expect(screen.getByTestId('risk-run').textContent).toContain('Predicted, not observed, by boosting, version 2, trained on forged records');
    // 36 of 336 hours are not known: what was used up is a lower bound.
    expect(screen.getByTestId('transformer-ageing').textContent).toContain('at least 450');
    expect(screen.getByTestId('ageing-known').textContent).toContain('300 of 336 hours');
    expect(screen.getByTestId('transformer-next-day').textContent).toContain('Not known: no hours are on record');
    expect(screen.getByTestId('faults-of-years').textContent).toContain('it had 1 fault');
    expect(screen.getByTestId('transformer-about').textContent).toContain('at least 7.0');
    expect(screen.getByTestId('show-on-map').getAttribute('href')).toBe(`/?sel=${ID}`);
  });

  it('gets the recommended order once that is confirmed', async () => {
    const user = userEvent.setup();
    const mutation = vi.fn((_name: string, _variables: Record<string, unknown>) => {
      orders.push(order('WO-9', 'TRANSFORMER_UPGRADE'));
      return { data: { createWorkOrder: { __typename: 'WorkOrder', id: 'WO-9', assetId: 'WO-9', status: 'OPEN' } } };
    });
    const { orders } = page({ mutation });
    expect((await screen.findByTestId('recommendation')).textContent).toContain('Replace it by a larger one');
    await user.click(screen.getByTestId('order-work'));
    expect(mutation).not.toHaveBeenCalled();
    await user.click(screen.getByTestId('confirm-order'));
    expect(mutation).toHaveBeenCalledWith('CreateTransformerOrder', {
      input: {
        workType: 'TRANSFORMER_UPGRADE',
        priority: 'MEDIUM',
        assetKind: 'TRANSFORMER',
        assetId: ID,
        description:
          '4.1% likely to fail within a year; most speaks its highest loading of a year. ' +
          'Its hot spot reached 130\u00a0°C and its load 120% of its rating; above 120\u00a0°C its insulation ages faster than planned.',
      },
    });
    expect((await screen.findByTestId('order-created')).textContent).toContain('Work order WO-9 was created.');
    await user.click(await screen.findByRole('button', { name: 'Show it' }));
    await waitFor(() => expect(document.activeElement).toBe(screen.getByTestId('order-WO-9')));
    expect(screen.getByTestId('recommendation').textContent).toContain('Ordered already: WO-9, open.');
  });

  it('speaks of a critical hot spot where health and model call for nothing, and says where it is not known', async () => {
    const calm = { TransformerHealth: many('assetHealths', [{ ...HEALTH, band: 'HI2' }]), TransformerFailure: many('transformerFailures', []) };
    page({ answers: { ...calm, TransformerAgeing: { data: { transformerAgeing: { ...AGEING, peakHotSpotC: 173 } } } } });
    const advice = await screen.findByTestId('recommendation');
    await waitFor(() => expect(advice.textContent).toContain('Replace it by a larger one, soon'));
    expect(advice.textContent).toContain('take load off it');
    cleanup();
    const cool = { ...TRANSFORMER, peakLoadingPct: 80 };
    page({
      answers: {
        ...calm,
        TransformerPage: { data: { transformer: cool } },
        TransformerAgeing: { data: { transformerAgeing: { ...AGEING, knownHourCount: 0, peakHotSpotC: null } } },
      },
    });
    await waitFor(() => expect(screen.getByTestId('recommendation').textContent).toContain('Its hot spot is not known.'));
  });

  it('says in the dialog why an order was refused', async () => {
    const user = userEvent.setup();
    page({
      mutation: () => ({ data: { createWorkOrder: { __typename: 'OperationInfo', message: 'description is too long.', field: 'description', code: 'BAD_INPUT' } } }),
    });
    await user.click(await screen.findByTestId('order-work'));
    await user.click(screen.getByTestId('confirm-order'));
    expect(await within(screen.getByTestId('order-dialog')).findByText('description is too long.')).toBeTruthy();
    expect(screen.queryByTestId('order-created')).toBeNull();
  });

  it('leaves out what the account may not see or do', async () => {
    page({ permissions: [MAY.transformers, MAY.healths] });
    expect((await screen.findByTestId('recommendation')).textContent).toContain('(by its health)');
    expect(screen.queryByTestId('order-work')).toBeNull();
    expect(screen.queryByTestId('transformer-failure')).toBeNull();
    expect(screen.getByTestId('transformer-work').textContent).toContain('may not see work orders');
  });

  it('shows the rest when a part fails, and says why nothing is predicted', async () => {
    page({
      answers: {
        TransformerAgeing: { error: graphqlFailure('WAREHOUSE_UNAVAILABLE', 'The warehouse is not reachable.') },
        TransformerFailure: many('transformerFailures', []),
        FailureRun: { data: { transformerRiskRun: { ...RUN, reason: 'No model of transformer failures is in service.' } } },
      },
    });
    expect((await screen.findByTestId('transformer-ageing')).textContent).toContain('The warehouse is not reachable.');
    expect(screen.getByTestId('transformer-failure').textContent).toContain('Not known: No model of transformer failures is in service.');
    expect(screen.getByTestId('recommendation').textContent).toContain('Its health is in band HI5');
  });

  it('says when there is none', async () => {
    page({ answers: { TransformerPage: { data: { transformer: null } } } });
    expect(await screen.findByText(`${ID} was not found`)).toBeTruthy();
  });

  it('has no accessibility faults', async () => {
    page();
    expect(await accessibilityFaults(await screen.findByTestId('transformer-page'))).toEqual([]);
  });
});
