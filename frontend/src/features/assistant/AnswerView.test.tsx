import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { accessibilityFaults } from '../../../tests/axe';
import { mockClient, renderWith } from '../../../tests/mockClient';
import { linkState } from '../../lib/graphql/subscriptions';

import { AnswerView } from './AnswerView';
import { AnswerActionsContext } from './actions';
import { mentionedAssets } from './panelState';
import type { AssistantMessage } from './queries';
import { events, message, TABLE } from './testConversation';

type Handlers = Parameters<typeof mockClient>[0];

function show(shown: AssistantMessage, handlers: Handlers = {}) {
  const actions = { timeZone: 'UTC', canOpen: (id: string) => id.startsWith('SUB-'), onSelect: vi.fn(), onAsk: vi.fn() };
  const onRetry = vi.fn();
  const view = renderWith(
    mockClient(handlers),
    <AnswerActionsContext.Provider value={actions}>
      <AnswerView message={shown} threadId="t" isLast branches={null} onRetry={onRetry} onRunning={() => undefined} />
    </AnswerActionsContext.Provider>,
  );
  return { ...actions, onRetry, view, user: userEvent.setup() };
}

afterEach(() => {
  linkState.set('idle');
  mentionedAssets.set([]);
});

const FULL = message('a', 'q', {
  doneReason: 'ANSWERED',
  events: events(
    { kind: 'THINKING', delta: 'Outages, by cause.', block: 0 },
    { kind: 'TOOL_USE', tool_use_id: 'u', name: 'grid_analyst', input: { question: 'causes' } },
    { kind: 'SQL', sql: 'SELECT cause FROM outages', parameters: { since: '2026-01-01' }, explanation: 'All of this year.', is_verified: true },
    TABLE,
    { kind: 'CITATION', number: 1, document_id: 'd', document_title: 'IEEE 1366', section: 'SAIDI', url: '/documents/ieee-1366#saidi', quote: 'minutes' },
    { kind: 'CITATION', number: 2, document_id: 'e', document_title: 'Elsewhere', url: 'javascript:alert(1)' },
    { kind: 'TOOL_RESULT', tool_use_id: 'u', name: 'grid_analyst', is_ok: true, duration_ms: 31 },
    { kind: 'ASSETS', assets: [{ asset_id: 'SUB-1', label: 'Wallis', lon: -96, lat: 29 }] },
    { kind: 'TEXT', delta: '**Three** causes [1][2], [site](https://example.org), [bad](javascript:alert(1)) <b>bold</b>', block: 0 },
    { kind: 'CHOICES', reason: 'FOLLOW_UP', choices: [{ label: 'By month', question: 'outages by month' }], message: null },
    { kind: 'WARNING', message: 'Two rows have no duration.', code: 'GAPS' },
    { kind: 'DONE', reason: 'ANSWERED' },
  ),
});

describe('an answer', () => {
  it('shows what it says and what it rests on', async () => {
    const { view } = show(FULL);
    const text = screen.getByTestId('answer-text');
    await waitFor(() => expect(within(text).getByText('Three').tagName).toBe('STRONG'));
    const chips = screen.getAllByTestId('citation-1').map((chip) => chip.getAttribute('href'));
    expect(chips).toEqual(['/documents/ieee-1366#saidi', '/documents/ieee-1366#saidi']);
    expect(screen.getByTestId('answer-sql').textContent).toContain('SELECT cause FROM outages');
    expect(screen.getByTestId('answer-sql').textContent).toContain('All of this year.');
    expect(screen.getByTestId('answer-steps').textContent).toContain('31\u00a0ms');
    expect(screen.getByTestId('answer-warning').textContent).toContain('Two rows');
    expect(screen.getByTestId('answer-end').textContent).toBe('420\u00a0ms');
    expect(mentionedAssets.get().map((asset) => asset.assetId)).toEqual(['SUB-1']);
    expect(await accessibilityFaults(view.container)).toEqual([]);
  });

  it('follows no link that is not safe, and draws no HTML', async () => {
    const { view } = show(FULL);
    await screen.findByRole('link', { name: 'site' });
    const links = [...view.container.querySelectorAll('a')];
    expect(links.every((link) => /^(\/documents\/|https:)/.test(link.getAttribute('href') ?? ''))).toBe(true);
    expect(screen.getByRole('link', { name: 'site' }).getAttribute('rel')).toContain('noopener');
    expect(view.container.querySelector('b')).toBeNull();
    expect(screen.queryByTestId('citation-2')).toBeNull();
  });

  it('has a table that sorts, with the unknown last and assets to select', async () => {
    const { user, onSelect } = show(FULL);
    const table = screen.getByTestId('answer-table');
    const first = () => within(table).getAllByRole('row').slice(1).map((row) => row.firstChild?.textContent);
    expect(within(table).getByText('Duration (h)')).toBeTruthy();
    expect(within(table).getByLabelText('unknown').textContent).toBe('–');
    await user.click(within(table).getByText('Duration (h)'));
    expect(first()).toEqual(['Vehicle', 'Tree', 'Animal']);
    await user.click(within(table).getByText('Duration (h)'));
    expect(first()).toEqual(['Tree', 'Vehicle', 'Animal']);
    await user.click(within(table).getByRole('button', { name: 'SUB-2' }));
    expect(onSelect).toHaveBeenCalledWith({ assetId: 'SUB-2', label: 'SUB-2', lon: null, lat: null });
    expect(within(table).queryByRole('button', { name: 'not an id' })).toBeNull();
  });

  it('asks what is chosen, and selects the asset of a chip', async () => {
    const { user, onAsk, onSelect } = show(FULL);
    await user.click(screen.getByRole('button', { name: 'By month' }));
    expect(onAsk).toHaveBeenCalledWith('outages by month', 'a');
    await user.click(screen.getByTestId('asset-chip-SUB-1'));
    expect(onSelect).toHaveBeenCalledWith({ assetId: 'SUB-1', label: 'Wallis', lon: -96, lat: 29 });
  });

  it('that failed says why and can be tried again', async () => {
    const { user, onRetry } = show(
      message('a', 'q', { events: events({ kind: 'ERROR', code: 'TIMEOUT', message: 'The warehouse took too long.', is_retryable: true }, { kind: 'DONE', reason: 'FAILED' }) }),
    );
    expect(screen.getByTestId('answer-error').textContent).toContain('took too long');
    await user.click(screen.getByRole('button', { name: 'Try again' }));
    expect(onRetry).toHaveBeenCalledWith('a');
  });

  it('is followed from the newest event known, also after the connection was lost', async () => {
    const asked: unknown[] = [];
    let send: (events: AssistantMessage['events']) => void = () => undefined;
    const ended = vi.fn();
    linkState.set('connected');
    show(message('a', 'q', { state: 'RUNNING', durationMs: null, events: events({ kind: 'STATUS', status: 'x', message: 'Reading the question' }) }), {
      subscription: (_name, variables, next) => {
        asked.push(variables.after);
        send = (sent) => next({ data: { assistantAnswer: { events: sent, state: 'RUNNING', isFinished: false } } });
        return ended;
      },
    });
    expect(screen.getByTestId('answer-status').textContent).toContain('Reading the question');
    expect(screen.getByTestId('answer').getAttribute('aria-busy')).toBe('true');
    act(() => send([{ seq: 1, body: { kind: 'TEXT', delta: 'Two ', block: 0 } }]));
    act(() => linkState.set('closed'));
    act(() => linkState.set('connected'));
    expect(ended).toHaveBeenCalledOnce();
    expect(asked).toEqual([0, 1]);
    act(() =>
      send([
        { seq: 1, body: { kind: 'TEXT', delta: 'Two ', block: 0 } },
        { seq: 2, body: { kind: 'TEXT', delta: 'outages.', block: 0 } },
        { seq: 3, body: { kind: 'DONE', reason: 'ANSWERED' } },
      ]),
    );
    await waitFor(() => expect(screen.getByTestId('answer-text').textContent.trim()).toBe('Two outages.'));
    expect(screen.getByTestId('announcement').textContent).toBe('Two outages.');
    expect(screen.queryByTestId('answer-status')).toBeNull();
  });

  it('is rated with a thumb, then with reasons', async () => {
    const given: unknown[] = [];
    const { user } = show(message('a', 'q', { events: events({ kind: 'TEXT', delta: 'x', block: 0 }, { kind: 'DONE', reason: 'ANSWERED' }) }), {
      mutation: (_name, variables) => {
        given.push(variables.input);
        return { data: { giveAssistantFeedback: { __typename: 'AssistantMessage', id: 'a', feedback: null } } };
      },
    });
    await user.click(screen.getByTestId('feedback-bad'));
    await user.click(await screen.findByRole('button', { name: 'Wrong data' }));
    await user.type(screen.getByTestId('feedback-comment'), 'The sum is off.');
    await user.click(screen.getByTestId('feedback-send'));
    await waitFor(() => expect(screen.queryByTestId('feedback-form')).toBeNull());
    expect(given).toEqual([
      { answerId: 'a', isPositive: false, categories: [], comment: '' },
      { answerId: 'a', isPositive: false, categories: ['WRONG_DATA'], comment: 'The sum is off.' },
    ]);
  });
});
