import type { CombinedError } from 'urql';

/** An error in words for the person at the screen, with the server's stable code. */
export interface Problem {
  code: string;
  message: string;
  /** The input the server complained about, if it named one. */
  field: string | null;
}

const CODE_MESSAGES: Readonly<Record<string, string>> = {
  CSRF_FAILED: 'The page is out of date. Reload it and try again.',
  UNAUTHENTICATED: 'Your session has ended. Sign in again.',
  PERMISSION_DENIED: 'Your account may not see or do this.',
  DATABASE_UNAVAILABLE: 'The database is not reachable. The page recovers by itself when it is back.',
  QUEUE_UNAVAILABLE: 'The job queue is not reachable, so no work can be started.',
  WAREHOUSE_UNAVAILABLE: 'The warehouse is not reachable, so this analysis is not available now.',
};

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** The first problem in a failed operation: server unreachable, refused, or an error with a code. */
export function problemOf(error: CombinedError): Problem {
  const first = error.graphQLErrors[0];
  if (first !== undefined) {
    const code = textOf(first.extensions.code) ?? 'ERROR';
    return {
      code,
      message: (code === 'CSRF_FAILED' ? null : textOf(first.message)) ?? CODE_MESSAGES[code] ?? 'The server could not answer.',
      field: textOf(first.extensions.field),
    };
  }
  const response = error.response as Response | undefined;
  if (response === undefined) {
    return { code: 'NETWORK', message: 'The server cannot be reached. Check that it is running.', field: null };
  }
  if (response.status === 403) {
    return { code: 'FORBIDDEN', message: 'The server refused the request. Reload the page and try again.', field: null };
  }
  if (response.status === 429) {
    return { code: 'LIMIT_EXCEEDED', message: 'Too many tries. Wait a minute and try again.', field: null };
  }
  return { code: `HTTP_${response.status}`, message: `The server failed (status ${response.status}).`, field: null };
}

/** A mutation's OperationInfo as a problem. */
export function problemOfInfo(info: { code: string; message: string; field?: string | null }): Problem {
  return { code: info.code, message: info.message, field: info.field ?? null };
}

export function isUnauthenticated(error: CombinedError): boolean {
  return error.graphQLErrors.some((entry) => entry.extensions.code === 'UNAUTHENTICATED');
}
