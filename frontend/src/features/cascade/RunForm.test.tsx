import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';

import { accessibilityFaults } from '../../../tests/axe';
import { graphqlFailure, mockClient, networkFailure, renderWith } from '../../../tests/mockClient';

import { RunForm } from './RunForm';
import { addOutage, chooseScenario, draftStore, editDocument, EMPTY_DRAFT, SAVE_FIRST, typeText, validateDraft } from './draft';
import { LOAD_MULTIPLIER, parseSetting, TRIP_THRESHOLD, withTripping } from './scenario/settings';

type MutationAnswer = Parameters<typeof mockClient>[0]['mutation'];

function open(mutation?: MutationAnswer, canRun = true) {
  const onStarted = vi.fn();
  const form = renderWith(
    mockClient({ mutation }),
    <RunForm
      search={null}
      permissions={new Set(canRun ? ['cascade.add_cascaderun', 'cascade.add_scenario'] : [])}
      username="pia"
      centre={{ lat: 29.8, lon: -95.4 }}
      isPicking={false}
      onPicking={vi.fn()}
      onSelect={vi.fn()}
      onStarted={onStarted}
    />,
  );
  return { onStarted, form };
}

beforeEach(() => draftStore.set(EMPTY_DRAFT));

describe('a multiplier', () => {
  it.each(['1', '0.000001', '1e6', ' 1.5 '])('may be %s', (text) => {
    expect(parseSetting(text, LOAD_MULTIPLIER)).toEqual({ value: Number(text) });
  });

  it.each(['', ' ', 'abc', 'NaN', 'Infinity', '-1', '0', '1e7', '1e-7', '1,5'])('may not be "%s"', (text) => {
    expect(parseSetting(text, LOAD_MULTIPLIER)).toHaveProperty('problem');
  });
});

describe('the draft of a run', () => {
  it('takes an asset once', () => {
    addOutage('SUB-1', 'Alpha');
    addOutage('SUB-1', 'Alpha');
    expect(draftStore.get().outages).toHaveLength(1);
  });

  it('names every field at fault', () => {
    const texts = { 'load.multiplier': '-1', rating_multiplier: 'x' };
    const checked = validateDraft({ ...EMPTY_DRAFT, texts });
    expect(Object.keys('problems' in checked ? checked.problems : {}).sort()).toEqual([
      'load.multiplier',
      'outages',
      'rating_multiplier',
    ]);
  });

  it('asks for what differs from the plain cascade, in the units of the server', () => {
    addOutage('SUB-1', 'Alpha');
    editDocument((before) => withTripping(before, 'RELAY'));
    typeText(TRIP_THRESHOLD.place, '115');
    typeText('options.relay.delay_s', '8');
    typeText('seed', '3');
    expect(validateDraft(draftStore.get())).toEqual({
      run: {
        outages: ['SUB-1'],
        name: null,
        loadMultiplier: 1,
        ratingMultiplier: 1,
        options: { relay: { delay_s: 8 }, trip_threshold_frac: 1.15, seed: 3 },
      },
    });
  });

  it('runs a scenario in the version that was looked at, with nothing named beside it', () => {
    chooseScenario({ scenarioId: '4', name: 'Storm', version: 2, document: { kind: 'HURRICANE', wind: { points: [] } } });
    expect(validateDraft(draftStore.get())).toEqual({ scenario: { scenarioId: '4', version: 2, outages: [], name: null } });
  });

  it('lets no changed scenario run before it is saved: a run names its version', () => {
    chooseScenario({ scenarioId: '4', name: 'Storm', version: 2, document: { load: { multiplier: 1.1 } } });
    typeText('load.multiplier', '1.2');
    const checked = validateDraft(draftStore.get());
    expect('problems' in checked && checked.problems).toEqual({ scenario: SAVE_FIRST });
    typeText('load.multiplier', '1.1');
    expect(validateDraft(draftStore.get())).toHaveProperty('scenario');
  });

  it('asks for a temperature where none is given yet, and does not run without a scenario', () => {
    addOutage('SUB-1', 'Alpha');
    editDocument((before) => ({ ...before, temperature: { points: [{ lat: 1, lon: 2 }], max_distance_km: 5 } }));
    expect(validateDraft(draftStore.get())).toEqual({
      problems: { 'temperature.points.0.value': 'Enter a number', scenario: SAVE_FIRST },
    });
  });
});

describe('the form of a new run', () => {
  it('starts the run that was put together and empties itself', async () => {
    const sent: unknown[] = [];
    addOutage('SUB-1', 'Alpha');
    addOutage('BR-2', 'Alpha to Bravo');
    const { onStarted } = open((name, variables) => {
      sent.push([name, variables]);
      return { data: { startCascadeRun: { __typename: 'CascadeRun', id: 'x', runId: '9', name: 'n', job: {} } } };
    });
    const user = userEvent.setup();
    await user.clear(screen.getByLabelText('Load multiplier'));
    await user.type(screen.getByLabelText('Load multiplier'), '1.2');
    await user.click(screen.getByTestId('run-cascade'));
    await waitFor(() => expect(onStarted).toHaveBeenCalledWith('9'));
    expect(sent).toEqual([
      ['StartCascadeRun', { input: { outages: ['SUB-1', 'BR-2'], loadMultiplier: 1.2, ratingMultiplier: 1, name: null } }],
    ]);
    expect(draftStore.get()).toEqual(EMPTY_DRAFT);
  });

  it('asks the server nothing while a field is at fault', async () => {
    const mutation = vi.fn();
    open(mutation);
    const user = userEvent.setup();
    await user.clear(screen.getByLabelText('Rating multiplier'));
    await user.type(screen.getByLabelText('Rating multiplier'), '-2');
    await user.click(screen.getByTestId('run-cascade'));
    expect(screen.getByText('Must be above 0')).toBeTruthy();
    expect(screen.getByText(/Choose at least one substation/)).toBeTruthy();
    expect(mutation).not.toHaveBeenCalled();
  });

  it('shows the server’s refusal and keeps the draft', async () => {
    addOutage('SUB-404', 'Nowhere');
    const { onStarted } = open(() => ({
      data: { startCascadeRun: { __typename: 'OperationInfo', code: 'UNKNOWN_ASSET', message: 'No such asset: SUB-404.', field: 'outages' } },
    }));
    await userEvent.setup().click(screen.getByTestId('run-cascade'));
    const refusal = await screen.findByTestId('run-refused');
    expect(refusal.textContent).toContain('No such asset: SUB-404.');
    expect(refusal.dataset.code).toBe('UNKNOWN_ASSET');
    expect(draftStore.get().outages).toHaveLength(1);
    expect(onStarted).not.toHaveBeenCalled();
  });

  it.each([
    ['the queue is away', graphqlFailure('QUEUE_UNAVAILABLE', 'Redis does not answer.'), 'QUEUE_UNAVAILABLE'],
    ['the server is away', networkFailure(), 'NETWORK'],
  ])('says when %s', async (_name, error, code) => {
    addOutage('SUB-1', 'Alpha');
    open(() => ({ error }));
    await userEvent.setup().click(screen.getByTestId('run-cascade'));
    expect((await screen.findByTestId('run-refused')).dataset.code).toBe(code);
  });

  it('tells an account that may not start runs', () => {
    addOutage('SUB-1', 'Alpha');
    open(undefined, false);
    expect(screen.getByTestId('may-not-run')).toBeTruthy();
    expect(screen.getByTestId('run-cascade')).toHaveProperty('disabled', true);
  });

  it('drops an outage by keyboard', async () => {
    addOutage('SUB-1', 'Alpha');
    open();
    const user = userEvent.setup();
    screen.getByRole('button', { name: /Alpha, SUB-1/ }).focus();
    await user.keyboard('{Delete}');
    expect(draftStore.get().outages).toEqual([]);
  });

  it('has no accessibility faults', async () => {
    addOutage('SUB-1', 'Alpha');
    const { form } = open();
    expect(await accessibilityFaults(form.container)).toEqual([]);
  });
});
