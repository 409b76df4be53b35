import { sessionEvents } from './sessionEvents';

/** JSON from an address of the server; rejects with what is wrong in words, or with the signal's AbortError. */
export async function requestJson(url: string, signal: AbortSignal): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(url, { credentials: 'same-origin', headers: { Accept: 'application/json' }, signal });
  } catch (error) {
    if (signal.aborted) throw error;
    throw new Error('The server cannot be reached.', { cause: error });
  }
  if (response.status === 401) sessionEvents.expired();
  if (!response.ok) throw new Error(`The server answered ${response.status}.`);
  return response.json();
}
