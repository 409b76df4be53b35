import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';

import { accessibilityFaults } from '../../../tests/axe';
import { graphqlFailure, mockClient, networkFailure, renderWith } from '../../../tests/mockClient';

import { AssistantButton } from './AssistantButton';
import { AssistantPanel } from './AssistantPanel';
import { panelState } from './panelState';
import type { AssistantMessage } from './queries';
import { events, message, question } from './testConversation';

type Handlers = Parameters<typeof mockClient>[0];

const INFO = { backend: 'EMBEDDED', note: null, maxQuestionCharacters: 2_000, tools: [] };
const THREAD = { id: 't', title: 'Outages', createdAt: '2026-03-01T12:00:00Z', updatedAt: '2026-03-01T12:00:00Z', messageCount: 2 };
const said = (text: string) => events({ kind: 'TEXT', delta: text, block: 0 }, { kind: 'DONE', reason: 'ANSWERED' });
const TALK: AssistantMessage[] = [
  question('q1', null, 'First wording'),
  message('a1', 'q1', { events: said('First answer') }),
  question('q2', null, 'Second wording'),
  message('a2', 'q2', { events: said('Second answer') }),
];

function open(handlers: Handlers = {}, messages = TALK) {
  const view = renderWith(
    mockClient({
      query: (name, variables) =>
        handlers.query?.(name, variables) ??
        (name === 'AssistantInfo'
          ? { data: { assistant: INFO } }
          : name === 'AssistantThread'
            ? { data: { assistantThread: { ...THREAD, messages } } }
            : name === 'AssistantThreads'
              ? { data: { assistantThreads: { totalCount: 1, threads: [THREAD] } } }
              : { data: { assistantSuggestions: [{ question: 'What is SUB-1?', reason: 'It is selected.' }] } }),
      mutation: handlers.mutation,
    }),
    <>
      <AssistantButton />
      <AssistantPanel
        context={{ assetIds: ['SUB-1'], runId: '7', workspace: 'map' }}
        pageNeedsPx={400}
        timeZone="UTC"
        canOpen={() => true}
        onSelect={vi.fn()}
      />
    </>,
  );
  return { view, user: userEvent.setup() };
}

beforeEach(() => {
  window.localStorage.clear();
  panelState.set({ isOpen: true, isDocked: true, widthPx: 420, threadId: null });
});

describe('the panel', () => {
  it('suggests questions, and sends one with what is before the user', async () => {
    const sent: unknown[] = [];
    const { user, view } = open({
      mutation: (_name, variables) => {
        sent.push(variables.input);
        return { data: { sendAssistantMessage: { __typename: 'AssistantExchange', thread: { ...THREAD, messages: [] }, question: TALK[0], answer: TALK[1] } } };
      },
    });
    expect(await accessibilityFaults(view.container)).toEqual([]);
    await user.click(screen.getByRole('button', { name: /^Remove|Run 7/ }).querySelector('svg') ?? screen.getByTestId('context-run-7'));
    await user.click(await screen.findByRole('button', { name: /What is SUB-1/ }));
    expect(sent).toEqual([
      { text: 'What is SUB-1?', threadId: null, parentId: null, context: { assetIds: ['SUB-1'], runId: null, workspace: 'map' } },
    ]);
    await waitFor(() => expect(panelState.get().threadId).toBe('t'));
  });

  it('sends with Enter, and keeps a line with Shift+Enter', async () => {
    const mutation = vi.fn(() => null);
    const { user } = open({ mutation });
    await user.type(screen.getByTestId('question-box'), 'One{Shift>}{Enter}{/Shift}two');
    expect(mutation).not.toHaveBeenCalled();
    expect(screen.getByTestId<HTMLTextAreaElement>('question-box').value).toBe('One\ntwo');
    await user.keyboard('{Enter}');
    expect(mutation).toHaveBeenCalledOnce();
  });

  it.each([
    ['LIMIT_EXCEEDED', graphqlFailure('LIMIT_EXCEEDED', 'Ask again in 30 s.'), 'Ask again in 30 s.'],
    ['NETWORK', networkFailure(), 'The server cannot be reached'],
  ])('keeps a question that was not taken (%s), and says why', async (code, error, words) => {
    const { user } = open({ mutation: () => ({ error }) });
    await user.type(screen.getByTestId('question-box'), 'How many outages?{Enter}');
    const problem = await screen.findByTestId('ask-problem');
    expect(problem.textContent).toContain(words);
    expect(problem.getAttribute('data-code')).toBe(code);
    expect(screen.getByTestId<HTMLTextAreaElement>('question-box').value).toBe('How many outages?');
  });

  it('shows the newest branch, and goes to the others', async () => {
    panelState.set((state) => ({ ...state, threadId: 't' }));
    const { user } = open();
    expect(await screen.findByText('Second answer')).toBeTruthy();
    expect(screen.queryByText('First answer')).toBeNull();
    const branches = screen.getByTestId('question-branches');
    expect(branches.textContent).toBe('2/2');
    await user.click(within(branches).getByRole('button', { name: 'Previous question' }));
    expect(await screen.findByText('First answer')).toBeTruthy();
    expect(screen.queryByText('Second answer')).toBeNull();
  });

  it('asks a question in other words beside the first wording', async () => {
    panelState.set((state) => ({ ...state, threadId: 't' }));
    const sent: unknown[] = [];
    const { user } = open({
      mutation: (_name, variables) => {
        sent.push(variables.input);
        return null;
      },
    });
    await user.click(await screen.findByTestId('question-edit'));
    await user.clear(screen.getByTestId('edit-question'));
    await user.type(screen.getByTestId('edit-question'), 'Third wording{Enter}');
    expect(sent).toMatchObject([{ text: 'Third wording', threadId: 't', parentId: null }]);
  });

  it('lists conversations; deleting one asks first', async () => {
    panelState.set((state) => ({ ...state, threadId: 't' }));
    const removed: unknown[] = [];
    const { user, view } = open({
      mutation: (_name, variables) => {
        removed.push(variables.input);
        return { data: { deleteAssistantThread: { __typename: 'DeletedAssistantThread', id: 't' } } };
      },
    });
    await user.click(screen.getByTestId('assistant-list'));
    expect(await accessibilityFaults(view.container)).toEqual([]);
    await user.click(await screen.findByTestId('delete-t'));
    expect(removed).toEqual([]);
    await user.click(screen.getByTestId('confirm-delete'));
    await waitFor(() => expect(panelState.get().threadId).toBeNull());
    expect(removed).toEqual([{ id: 't' }]);
  });

  it('says that a conversation is gone, or that the account may not use the assistant', async () => {
    panelState.set((state) => ({ ...state, threadId: 'gone' }));
    const missing = open({ query: (name) => (name === 'AssistantThread' ? { data: { assistantThread: null } } : null) });
    expect(await screen.findByText('There is no such conversation')).toBeTruthy();
    missing.view.unmount();
    open({ query: (name) => (name === 'AssistantInfo' ? { error: graphqlFailure('PERMISSION_DENIED', 'No.') } : null) });
    expect(await screen.findByText('Your account may not use the assistant')).toBeTruthy();
  });

  it('is closed with Escape, which returns the focus, and opened with Ctrl+/', async () => {
    const { user } = open();
    await user.click(screen.getByTestId('question-box'));
    await user.keyboard('{Escape}');
    expect(panelState.get().isOpen).toBe(false);
    expect(document.activeElement).toBe(screen.getByTestId('assistant-button'));
    await user.keyboard('{Control>}/{/Control}');
    expect(panelState.get().isOpen).toBe(true);
    expect(document.activeElement).toBe(screen.getByTestId('question-box'));
  });

  it('is made wider by the keyboard, and remembers it', async () => {
    const { user } = open();
    screen.getByTestId('assistant-resizer').focus();
    await user.keyboard('{ArrowLeft}');
    expect(panelState.get().widthPx).toBe(444);
    expect(JSON.parse(window.localStorage.getItem('flux.assistant') ?? '{}')).toMatchObject({ widthPx: 444 });
  });
});
