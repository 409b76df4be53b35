import { act, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';

import { sessionEvents } from '../lib/sessionEvents';

import { App } from './App';

interface Body {
  operationName: string;
  variables: { input?: { password?: string } };
}

/** A server with one user whose session can be ended. */
function serve(session: { isOpen: boolean }): void {
  const unauthenticated = { data: null, errors: [{ message: 'Log in first.', extensions: { code: 'UNAUTHENTICATED' } }] };
  const answer = (body: Body): object => {
    if (body.operationName === 'Login') {
      session.isOpen = body.variables.input?.password === 'right';
      return session.isOpen
        ? { data: { login: { __typename: 'Viewer', username: 'ada' } } }
        : { data: { login: { __typename: 'OperationInfo', code: 'UNAUTHENTICATED', message: 'Wrong.', field: 'password' } } };
    }
    if (body.operationName === 'Health') return { data: { health: { __typename: 'Health', status: 'OK', services: [] } } };
    if (!session.isOpen) return unauthenticated;
    if (body.operationName === 'Logout') {
      session.isOpen = false;
      return { data: { logout: { __typename: 'LoggedOut', ok: true } } };
    }
    if (body.operationName === 'Viewer') {
      return { data: { viewer: { __typename: 'Viewer', username: 'ada', roles: [], permissions: [], isStaff: false, zoneIds: [] } } };
    }
    return { data: null, errors: [{ message: 'Not served here.', extensions: { code: 'ERROR' } }] };
  };
  vi.stubGlobal(
    'fetch',
    vi.fn((_url: string, init: RequestInit) =>
      Promise.resolve(new Response(JSON.stringify(answer(JSON.parse(init.body as string) as Body)), { headers: { 'Content-Type': 'application/json' } })),
    ),
  );
}

async function signIn(password: string): Promise<void> {
  const user = userEvent.setup();
  await user.type(await screen.findByTestId('login-username'), 'ada');
  await user.type(screen.getByTestId('login-password'), password);
  await user.click(screen.getByTestId('login-submit'));
}

beforeEach(() => window.history.replaceState(null, '', '/elsewhere?at=1,2,3'));

describe('the session', () => {
  it('opens where the address says, after the login page', async () => {
    serve({ isOpen: false });
    render(<App />);
    await signIn('wrong');
    expect((await screen.findByTestId('login-error')).textContent).toContain('Wrong.');
    const user = userEvent.setup();
    await user.type(screen.getByTestId('login-password'), 'right');
    await user.click(screen.getByTestId('login-submit'));
    expect(await screen.findByText('There is no such page')).toBeTruthy();
    expect(window.location.pathname + window.location.search).toBe('/elsewhere?at=1,2,3');
  });

  it('that is open needs no login', async () => {
    serve({ isOpen: true });
    render(<App />);
    expect((await screen.findByTestId('user-menu')).textContent).toBe('ada');
    expect(screen.queryByTestId('login-page')).toBeNull();
  });

  it('that ends leads to the login page with the reason, and keeps the address', async () => {
    serve({ isOpen: true });
    render(<App />);
    await screen.findByTestId('user-menu');
    act(() => sessionEvents.expired());
    expect(await screen.findByText(/Your session has ended/)).toBeTruthy();
    expect(window.location.pathname + window.location.search).toBe('/elsewhere?at=1,2,3');
  });

  it('is closed by signing out', async () => {
    const session = { isOpen: true };
    serve(session);
    render(<App />);
    const user = userEvent.setup();
    await user.click(await screen.findByTestId('user-menu'));
    await user.click(await screen.findByTestId('logout'));
    expect(await screen.findByTestId('login-page')).toBeTruthy();
    expect(screen.queryByText(/Your session has ended/)).toBeNull();
    expect(session.isOpen).toBe(false);
  });

  it('cannot be checked while the server is away, and says so', async () => {
    vi.stubGlobal('fetch', vi.fn(() => Promise.reject(new TypeError('Failed to fetch'))));
    render(<App />);
    expect((await screen.findByTestId('error-state')).textContent).toContain('The server cannot be reached');
  });
});
