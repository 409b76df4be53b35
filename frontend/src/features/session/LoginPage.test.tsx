import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';

import { accessibilityFaults } from '../../../tests/axe';
import { graphqlFailure, mockClient, networkFailure, renderWith } from '../../../tests/mockClient';

import { LoginPage } from './LoginPage';

type MutationAnswer = Parameters<typeof mockClient>[0]['mutation'];

function open(mutation: MutationAnswer, reason: 'expired' | null = null) {
  const onLoggedIn = vi.fn();
  const page = renderWith(mockClient({ mutation }), <LoginPage reason={reason} onLoggedIn={onLoggedIn} />);
  return { onLoggedIn, page };
}

async function fill(username: string, password: string): Promise<void> {
  const user = userEvent.setup();
  if (username !== '') await user.type(screen.getByTestId('login-username'), username);
  if (password !== '') await user.type(screen.getByTestId('login-password'), password);
  await user.click(screen.getByTestId('login-submit'));
}

describe('the login page', () => {
  it('sends what was typed and reports success', async () => {
    const sent: unknown[] = [];
    const { onLoggedIn } = open((name, variables) => {
      sent.push([name, variables]);
      return { data: { login: { __typename: 'Viewer', username: 'ada' } } };
    });
    await fill(' ada ', 'secret ');
    await waitFor(() => expect(onLoggedIn).toHaveBeenCalledOnce());
    expect(sent).toEqual([['Login', { input: { username: 'ada', password: 'secret ' } }]]);
    expect(screen.queryByTestId('login-error')).toBeNull();
  });

  it('shows a wrong password in the server’s words, and clears only the password', async () => {
    const { onLoggedIn } = open(() => ({
      data: {
        login: { __typename: 'OperationInfo', code: 'UNAUTHENTICATED', message: 'The user name or the password is wrong.', field: 'password' },
      },
    }));
    await fill('ada', 'guess');
    const error = await screen.findByTestId('login-error');
    expect(error.textContent).toContain('The user name or the password is wrong.');
    expect(error.dataset.code).toBe('UNAUTHENTICATED');
    expect(screen.getByTestId<HTMLInputElement>('login-username').value).toBe('ada');
    expect(screen.getByTestId<HTMLInputElement>('login-password').value).toBe('');
    expect(document.activeElement).toBe(screen.getByTestId('login-password'));
    expect(onLoggedIn).not.toHaveBeenCalled();
  });

  it.each([
    ['an unreachable server', { error: networkFailure() }, 'Server not reachable', 'NETWORK'],
    ['a dead database', { error: graphqlFailure('DATABASE_UNAVAILABLE', 'PostgreSQL does not answer.') }, 'Sign-in is not available', 'DATABASE_UNAVAILABLE'],
    [
      'too many tries',
      { data: { login: { __typename: 'OperationInfo', code: 'LIMIT_EXCEEDED', message: 'Too many failed logins. Wait five minutes.', field: 'username' } } },
      'Too many tries',
      'LIMIT_EXCEEDED',
    ],
  ])('tells %s apart', async (_name, answer, headline, code) => {
    open(() => answer);
    await fill('ada', 'secret');
    const error = await screen.findByTestId('login-error');
    expect(error.textContent).toContain(headline);
    expect(error.dataset.code).toBe(code);
  });

  it('asks for both fields before it asks the server', async () => {
    const mutation = vi.fn();
    open(mutation);
    await fill('ada', '');
    expect((await screen.findByTestId('login-error')).textContent).toContain('Enter both user name and password.');
    expect(mutation).not.toHaveBeenCalled();
  });

  it('says why it is there after an expired session', () => {
    open(undefined, 'expired');
    expect(screen.getByText(/Your session has ended/)).toBeTruthy();
  });

  it('has no accessibility faults', async () => {
    const { page } = open(undefined, 'expired');
    expect(await accessibilityFaults(page.container)).toEqual([]);
  });
});
