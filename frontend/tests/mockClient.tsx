import { ThemeProvider } from '@mui/material/styles';
import { render } from '@testing-library/react';
import type { ReactElement } from 'react';
import { CombinedError, Provider } from 'urql';
import type { Client, OperationResult } from 'urql';
import { fromValue, merge, never } from 'wonka';
import type { Source } from 'wonka';

import { themeOf } from '../src/ui/theme';

const theme = themeOf('dark');

interface Answer {
  data?: object;
  error?: CombinedError;
}

interface Handlers {
  query?: (name: string, variables: Record<string, unknown>) => Answer | null;
  mutation?: (name: string, variables: Record<string, unknown>) => Answer | null;
  /** Called at each subscription made by hand; what it returns is called when that ends. */
  subscription?: (name: string, variables: Record<string, unknown>, next: (answer: Answer) => void) => () => void;
}

interface Request {
  key: number;
  query: { definitions: readonly unknown[] };
  variables: Record<string, unknown>;
}

function operationName(request: Request): string {
  const named = request.query.definitions[0] as { name?: { value: string } };
  return named.name?.value ?? '';
}

/** A client that answers from functions; null: it never answers. */
export function mockClient(handlers: Handlers): Client {
  const execute = (kind: 'query' | 'mutation') => (request: Request): Source<OperationResult> => {
    const answer = handlers[kind]?.(operationName(request), request.variables) ?? null;
    if (answer === null) return never as Source<OperationResult>;
    const result = { ...answer, stale: false, hasNext: false, operation: { ...request, kind } } as unknown as OperationResult;
    // Like the real client's, the source stays open after its first answer.
    return merge([fromValue(result), never as Source<OperationResult>]);
  };
  return {
    executeQuery: execute('query'),
    executeMutation: execute('mutation'),
    executeSubscription: () => never,
    subscription: (document: Request['query'], variables: Record<string, unknown>) => ({
      subscribe: (next: (answer: Answer) => void) => ({
        unsubscribe: handlers.subscription?.(operationName({ key: 0, query: document, variables }), variables, next) ?? (() => undefined),
      }),
    }),
    query: () => ({ toPromise: () => new Promise(() => undefined) }),
  } as unknown as Client;
}

export function graphqlFailure(code: string, message: string, field?: string): CombinedError {
  return new CombinedError({ graphQLErrors: [{ message, extensions: { code, field } }] });
}

export function networkFailure(): CombinedError {
  return new CombinedError({ networkError: new Error('Failed to fetch') });
}

export function renderWith(client: Client, element: ReactElement): ReturnType<typeof render> {
  return render(
    <Provider value={client}>
      <ThemeProvider theme={theme}>{element}</ThemeProvider>
    </Provider>,
  );
}
