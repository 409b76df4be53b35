import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';

import { accessibilityFaults } from '../../../tests/axe';
import { graphqlFailure, mockClient, renderWith } from '../../../tests/mockClient';

import { DecisionsWorkspace } from './DecisionsWorkspace';

// jsdom has no layout to draw into; the browser test sees the charts.
vi.mock('../../ui/Chart', () => ({ Chart: ({ label }: { label: string }) => <div role="img" aria-label={label} /> }));

const JOB = {
  id: 'J1',
  jobId: '1',
  kind: 'cascade.decide',
  title: 'Mitigation',
  status: 'SUCCEEDED',
  progressFrac: 1,
  step: '',
  errorCode: '',
  errorMessage: '',
  createdAt: '2026-01-01T00:00:00Z',
  startedAt: '2026-01-01T00:00:00Z',
  finishedAt: '2026-01-01T00:00:12Z',
  isCancelRequested: false,
  owner: 'ada',
};
const RUN = {
  id: 'R7',
  runId: '7',
  name: 'Alpha to Bravo',
  interconnect: 'Texas',
  createdAt: '2026-01-01T00:00:00Z',
  loadMultiplier: 1.25,
  ratingMultiplier: 1,
  totalLoadMw: 1000,
  initialShedMw: 0,
  totalShedMw: 250,
  servedMw: 750,
  trippedCount: 2,
  waveCount: 2,
  islandsDead: 1,
  networkDigest: 'abc',
  outages: [{ assetId: 'BR-1', kind: 'Branch', name: 'Alpha to Bravo' }],
  job: { id: 'J0', status: 'SUCCEEDED', owner: 'ada', errorMessage: '' },
};
const STUDY = {
  id: 'S3',
  studyId: '3',
  kind: 'MITIGATION',
  name: 'Alpha to Bravo',
  createdAt: '2026-01-01T00:00:00Z',
  inputs: { params: { emergency_factor: 1.15, max_switched: 20, max_choke_points: 20 }, outage_hours: 4, response: null, seed: 0 },
  job: JOB,
};
const ACTION = { targets: [], names: [], changes: [], containment: null, customersSaved: null };
const MITIGATION = {
  lostMw: 250,
  customersOut: null,
  coverageFrac: null,
  overloaded: ['BR-2'],
  actions: [
    { ...ACTION, kind: 'REDISPATCH', shedMw: 0, movedMw: 60, lostMw: 0, savedMw: 250, savedUsd: 35.7e6, trippedCount: 0, isContained: true },
    { ...ACTION, kind: 'SWITCH_LINE', targets: ['BR-9'], names: ['Charlie to Delta'], shedMw: 0, movedMw: 0, lostMw: 100, savedMw: 150, savedUsd: 21.4e6, trippedCount: 1, isContained: false },
  ],
  chokePoints: [{ branchId: 'BR-2', name: null, wave: 1, savedMw: 250, tripsAvoided: 2 }],
  transfers: [],
};
const EVERYTHING = ['cascade.view_decisionstudy', 'cascade.add_decisionstudy'];

function textOf(element: Element | undefined): string {
  return (element?.textContent ?? '').replaceAll('\u00a0', ' ');
}

function show({ address = '?run=7&tab=mitigation', permissions = EVERYTHING, studies = [STUDY] }: { address?: string; permissions?: string[]; studies?: object[] } = {}) {
  window.history.replaceState(null, '', `/cascade/decisions${address}`);
  const started: Record<string, unknown>[] = [];
  const client = mockClient({
    query: (name) => {
      switch (name) {
        case 'DecisionRun':
          return { data: { cascadeRun: RUN } };
        case 'DecisionStudies':
          return { data: { decisionStudies: { totalCount: studies.length, edges: studies.map((node) => ({ node })) } } };
        case 'DecisionMitigation':
          return { data: { decisionStudy: { id: 'S3', studyId: '3', mitigation: MITIGATION } } };
        case 'RunEconomics':
          return { error: graphqlFailure('RUN_NOT_REPEATABLE', 'The network was synced since.') };
        default:
          return null;
      }
    },
    mutation: (_name, variables) => {
      started.push(variables);
      return { data: { started: { __typename: 'OperationInfo', code: 'BAD_INPUT', message: 'Not so.', field: null } } };
    },
  });
  const links = { href: (id: string) => `/cascade?run=7&sel=${id}`, show: vi.fn() };
  return { ...renderWith(client, <DecisionsWorkspace permissions={permissions} timeZone="America/Chicago" links={links} />), started, links };
}

describe('decisions after a cascade', () => {
  beforeEach(() => window.history.replaceState(null, '', '/cascade/decisions'));

  it('show the newest study of a kind: each action with its effect and priority', async () => {
    const { links } = show();
    const rows = within(await screen.findByTestId('action-table')).getAllByRole('row');
    expect(textOf(rows[1])).toContain('P1Redispatch units250.0 → 0.0 MW250.0 MW (100%)');
    expect(textOf(rows[1])).toContain('moves 60.0 MW of output');
    expect(textOf(rows[2])).toContain('P3Open a branch: Charlie to Delta');
    expect(textOf(screen.getByTestId('mitigation-actions'))).toContain('Several together were not');
    expect(textOf(screen.getByTestId('mitigation'))).toContain('none are on record for this load');
    await userEvent.setup().click(screen.getByRole('link', { name: 'Charlie to Delta' }));
    expect(links.show).toHaveBeenCalledWith('BR-9');
  });

  it('begin a new study with the inputs of the one shown, and say what the server refuses', async () => {
    const user = userEvent.setup();
    const { started } = show();
    await user.click(await screen.findByTestId('new-study'));
    expect(window.location.search).toContain('new=1');
    const form = screen.getByTestId('study-form');
    await user.clear(within(form).getByTestId('outage-hours'));
    await user.type(within(form).getByTestId('outage-hours'), '6');
    await user.click(within(form).getByTestId('start-study'));
    expect(started[0]).toEqual({
      input: { runId: '7', outageHours: 6, emergencyFactor: 1.15, maxSwitched: 20, maxChokePoints: 20, seed: 0, response: null, transfers: [] },
    });
    expect(textOf(form)).toContain('Not so.');
  });

  it('ask for all of a response or none, and start nothing before', async () => {
    const user = userEvent.setup();
    const { started } = show({ address: '?run=7&tab=mitigation&new=1' });
    const form = await screen.findByTestId('study-form');
    await user.type(within(form).getByLabelText('Operators need, median'), '10');
    await user.click(within(form).getByTestId('start-study'));
    expect(textOf(form)).toContain('give all four figures or none');
    expect(started).toEqual([]);
  });

  it('say why a study has no result, and lead back to its inputs', async () => {
    const user = userEvent.setup();
    const failed = { ...STUDY, job: { ...JOB, status: 'FAILED', errorCode: 'RUN_NOT_REPEATABLE', errorMessage: 'The network was synced since.' } };
    show({ studies: [failed] });
    expect(textOf(await screen.findByTestId('study-unfinished'))).toContain('The network was synced since.');
    await user.click(screen.getByTestId('retry-study'));
    screen.getByTestId('study-form');
  });

  it('tell what the cost cannot be worked out for', async () => {
    show({ address: '?run=7&hours=1,2,4' });
    expect(textOf(within(await screen.findByTestId('economics')).getByRole('alert'))).toContain('The network was synced since.');
  });

  it('start nothing for who may only look, and show nothing to who may not', async () => {
    const { unmount } = show({ permissions: ['cascade.view_decisionstudy'] });
    expect((await screen.findByTestId('new-study')).hasAttribute('disabled')).toBe(true);
    unmount();
    show({ permissions: [] });
    screen.getByText('Your account may see no studies');
  });

  it('have no accessibility faults', async () => {
    const { container } = show({ address: '?run=7&tab=mitigation&new=1' });
    await screen.findByTestId('action-table');
    expect(await accessibilityFaults(container)).toEqual([]);
  });
});
