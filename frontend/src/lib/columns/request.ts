import type { Table } from 'apache-arrow';

import { sessionEvents } from '../sessionEvents';

/** A column stream could not be had; `code` is the server's, or NETWORK or MALFORMED. */
export class ColumnsRequestError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status: number | null = null,
  ) {
    super(message);
    this.name = 'ColumnsRequestError';
  }
}

interface ServerErrors {
  errors?: { message?: unknown; extensions?: { code?: unknown } }[];
}

async function refusal(response: Response): Promise<ColumnsRequestError> {
  const first = await response
    .json()
    .then((body: ServerErrors) => body.errors?.[0])
    .catch(() => undefined);
  const code = typeof first?.extensions?.code === 'string' ? first.extensions.code : `HTTP_${response.status}`;
  const message =
    typeof first?.message === 'string' ? first.message : `The server answered ${response.status} for map data.`;
  return new ColumnsRequestError(code, message, response.status);
}

/**
 * Fetch one Arrow stream as a table.
 *
 * The browser's HTTP cache revalidates by ETag, so an unchanged layer costs a 304. An aborted
 * request rejects with the signal's AbortError.
 */
export async function requestColumns(url: string, signal?: AbortSignal): Promise<Table> {
  const arrow = import('apache-arrow');
  let response: Response;
  try {
    response = await fetch(url, {
      credentials: 'same-origin',
      headers: { Accept: 'application/vnd.apache.arrow.stream' },
      signal: signal ?? null,
    });
  } catch (error) {
    if (signal?.aborted === true) throw error;
    throw new ColumnsRequestError('NETWORK', 'The server cannot be reached for map data.');
  }
  if (!response.ok) {
    const error = await refusal(response);
    if (response.status === 401) sessionEvents.expired();
    throw error;
  }
  const bytes = new Uint8Array(await response.arrayBuffer());
  const { tableFromIPC } = await arrow;
  try {
    return tableFromIPC(bytes);
  } catch {
    throw new ColumnsRequestError('MALFORMED', 'The map data of the server could not be read.');
  }
}
