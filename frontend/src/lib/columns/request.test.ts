import { Float64, RecordBatchStreamWriter, Table, vectorFromArray } from 'apache-arrow';
import { describe, expect, it, vi } from 'vitest';

import { sessionEvents } from '../sessionEvents';

import { requestColumns } from './request';

function serve(response: Response | Error | DOMException): void {
  vi.stubGlobal(
    'fetch',
    vi.fn(() => (response instanceof Response ? Promise.resolve(response) : Promise.reject(response as Error))),
  );
}

const refusal = (status: number, code: string, message: string): Response =>
  new Response(JSON.stringify({ errors: [{ message, extensions: { code } }] }), { status });

describe('a request for columns', () => {
  it('returns the table of the stream', async () => {
    const table = new Table({ kv: vectorFromArray([115, 345], new Float64()) });
    serve(new Response(new Uint8Array(RecordBatchStreamWriter.writeAll(table).toUint8Array(true))));
    const answer = await requestColumns('/columns/x');
    expect(answer.getChild('kv')?.toJSON()).toEqual([115, 345]);
  });

  it('reports a refusal with the server’s code and words', async () => {
    serve(refusal(400, 'BAD_INPUT', 'bbox is wrong.'));
    await expect(requestColumns('/columns/x')).rejects.toMatchObject({ code: 'BAD_INPUT', message: 'bbox is wrong.', status: 400 });
  });

  it('reports a refusal without a readable body', async () => {
    serve(new Response('<html>', { status: 502 }));
    await expect(requestColumns('/columns/x')).rejects.toMatchObject({ code: 'HTTP_502', status: 502 });
  });

  it('tells the app that the session has ended', async () => {
    const expired = vi.fn();
    const stop = sessionEvents.onExpired(expired);
    serve(refusal(401, 'UNAUTHENTICATED', 'Log in first.'));
    await expect(requestColumns('/columns/x')).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    serve(refusal(403, 'PERMISSION_DENIED', 'No.'));
    await expect(requestColumns('/columns/x')).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
    stop();
    expect(expired).toHaveBeenCalledOnce();
  });

  it('tells an unreachable server from unreadable data', async () => {
    serve(new TypeError('Failed to fetch'));
    await expect(requestColumns('/columns/x')).rejects.toMatchObject({ code: 'NETWORK' });
    serve(new Response(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9)));
    await expect(requestColumns('/columns/x')).rejects.toMatchObject({ code: 'MALFORMED' });
  });

  it('passes an abort on as what it is', async () => {
    const abort = new AbortController();
    abort.abort();
    serve(new DOMException('aborted', 'AbortError'));
    await expect(requestColumns('/columns/x', abort.signal)).rejects.toMatchObject({ name: 'AbortError' });
  });
});
