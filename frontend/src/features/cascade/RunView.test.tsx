import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';

import { accessibilityFaults } from '../../../tests/axe';
import { mockClient, renderWith } from '../../../tests/mockClient';

import { RunView } from './RunView';
import type { RunViewProps } from './RunView';
import { WaveBar } from './WaveBar';
import { draftStore } from './draft';
import { RUN, stateOf } from './testRun';
import type { CascadeRunState } from './useCascadeRun';

const TRIPS = {
  cascadeRun: {
    id: RUN.id,
    tripsUrl: '/exports/cascade-runs/7/trips.json',
    waves: [
      { number: 0, trippedCount: 0, trips: [] },
      { number: 1, trippedCount: 1, trips: [{ branchAssetId: 'BR-2', name: 'Bravo to Delta', flowMw: -180, ratingMva: 150, loadingPct: 120 }] },
      { number: 2, trippedCount: 300, trips: [{ branchAssetId: 'BR-3', name: null, flowMw: 99, ratingMva: 90, loadingPct: 110 }] },
    ],
  },
};

function open(state: Partial<CascadeRunState>, props: Partial<RunViewProps> = {}) {
  const handlers = { onWave: vi.fn(), onColour: vi.fn(), onSelect: vi.fn(), onLeave: vi.fn(), onAddress: vi.fn(), onOpen: vi.fn(), onAsk: vi.fn() };
  const client = mockClient({
    query: (name) => (name === 'CascadeTrips' ? { data: TRIPS } : null),
    mutation: () => ({ data: { cancelJob: { __typename: 'OperationInfo', code: 'PERMISSION_DENIED', message: 'Not your job.', field: null } } }),
  });
  const view = renderWith(
    client,
    <RunView
      runId="7"
      state={stateOf(state)}
      trips={{ trips: null, problem: null, retry: vi.fn() }}
      undrawnCount={null}
      wave={1}
      colour="waves"
      address={{ part: 'overview', isFocused: false, hasPaths: true }}
      branches={null}
      substations={null}
      permissions={new Set(['cascade.add_cascaderun', 'cascade.add_decisionstudy'])}
      timeZone="America/Chicago"
      {...handlers}
      {...props}
    />,
  );
  return { ...handlers, view };
}

function withJob(change: Partial<typeof RUN.job>): Partial<CascadeRunState> {
  return { run: { ...RUN, job: { ...RUN.job, ...change } } };
}

describe('a run', () => {
  it('shows its outcome in the server’s numbers', () => {
    open({});
    const text = screen.getByTestId('run-summary').textContent.replaceAll('\u00a0', ' ');
    expect(text).toContain('250.0 MW lost');
    expect(text).toContain('25.00% of 1,000 MW load, Texas interconnection');
    expect(text).toContain('Tripped by overload2');
    expect(text).toContain('3 alive, 1 dead');
    // A margin this small must not be rounded to zero.
    expect(text).toContain('2.0e-3%');
  });

  it('lists its waves and goes to the chosen one', async () => {
    const { onWave } = open({});
    expect(within(screen.getByTestId('wave-2')).getAllByRole('cell').map((cell) => cell.textContent)).toEqual(['2', '1', '150.0', '250.0', '3', '1']);
    await userEvent.setup().click(within(screen.getByTestId('wave-2')).getByRole('button'));
    expect(onWave).toHaveBeenCalledWith(2);
  });

  it('lists the branches tripped in the wave and opens one', async () => {
    const { onSelect } = open({});
    await userEvent.setup().click(screen.getByRole('button', { name: 'Bravo to Delta' }));
    expect(onSelect).toHaveBeenCalledWith('BR-2');
    expect(screen.getByTestId('trip-table').textContent).toContain('-180.0150120.0%');
  });

  it('says when it lists only the most loaded, and calls an unnamed branch by its id', () => {
    open({}, { wave: 2 });
    expect(screen.getByRole('button', { name: 'BR-3' })).toBeTruthy();
    expect(screen.getByText('The 1 most loaded of 300 branches.')).toBeTruthy();
  });

  it('says that nothing trips in the initial outages', () => {
    open({}, { wave: 0 });
    expect(screen.getByText(/nothing has tripped yet/)).toBeTruthy();
  });

  it('shows progress and a refused cancel while it is computed', async () => {
    open(withJob({ status: 'RUNNING', progressFrac: 0.4, step: 'Wave 3' }));
    expect(screen.getByTestId('job-progress').dataset.status).toBe('RUNNING');
    expect(screen.getByRole('progressbar').getAttribute('aria-valuenow')).toBe('40');
    expect(screen.queryByTestId('run-summary')).toBeNull();
    await userEvent.setup().click(screen.getByTestId('cancel-job'));
    expect((await screen.findByRole('alert')).textContent).toBe('Not your job.');
  });

  it.each([
    ['failed', { status: 'FAILED', errorCode: 'WORKER_LOST', errorMessage: 'The worker was lost.' }, 'run-failed', 'The worker was lost.'],
    ['was cancelled', { status: 'CANCELLED' }, 'run-cancelled', 'cancelled before it had a result'],
  ])('says when it %s, and shows no numbers', (_name, job, testId, text) => {
    open(withJob(job));
    expect(screen.getByTestId(testId).textContent).toContain(text);
    expect(screen.queryByTestId('run-summary')).toBeNull();
  });

  it('says when there is no such run', () => {
    open({ run: null, problem: { code: 'NOT_FOUND', message: 'There is no run 7 that you may see.', field: null } });
    expect(screen.getByRole('alert').textContent).toContain('There is no run 7 that you may see.');
  });

  it('can be changed into a new run with the same inputs', async () => {
    const { onLeave } = open({});
    await userEvent.setup().click(screen.getByTestId('run-again'));
    expect(onLeave).toHaveBeenCalledOnce();
    expect(draftStore.get()).toEqual({
      outages: [{ assetId: 'BR-1', name: 'Alpha to Bravo' }],
      name: '',
      scenario: null,
      document: { load: { multiplier: 1.25 }, options: { trip_threshold_frac: 1.15 } },
      texts: {},
    });
  });

  it('has no accessibility faults', async () => {
    const { view } = open({});
    expect(await accessibilityFaults(view.container)).toEqual([]);
  });
});

describe('the wave bar', () => {
  it('steps within the waves', async () => {
    const onWave = vi.fn();
    renderWith(mockClient({}), <WaveBar waves={RUN.waves} wave={2} onWave={onWave} />);
    expect(screen.getByRole('button', { name: 'Next wave' })).toHaveProperty('disabled', true);
    await userEvent.setup().click(screen.getByRole('button', { name: 'Previous wave' }));
    expect(onWave).toHaveBeenCalledWith(1);
    expect(screen.getByTestId('wave-bar').textContent.replaceAll('\u00a0', ' ')).toContain('1 trip, 250.0 MW lost so far');
  });

  it('plays from the start when it stands at the end', async () => {
    const onWave = vi.fn();
    renderWith(mockClient({}), <WaveBar waves={RUN.waves} wave={2} onWave={onWave} />);
    await userEvent.setup().click(screen.getByTestId('wave-play'));
    expect(onWave).toHaveBeenCalledWith(0);
    expect(screen.getByRole('button', { name: 'Pause' })).toBeTruthy();
  });
});
