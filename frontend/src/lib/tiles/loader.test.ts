import { describe, expect, it, vi } from 'vitest';

import { sessionEvents } from '../sessionEvents';

import { TileLoader } from './loader';

const bytes = (text: string): Response => new Response(text, { status: 200 });
const refusal = (status: number, message: string): Response =>
  new Response(JSON.stringify({ errors: [{ message, extensions: { code: 'X' } }] }), { status });
const live = (): AbortSignal => new AbortController().signal;

function loaderOf(answer: (url: string) => Response | Promise<Response>) {
  const request = vi.fn((url: string | URL | Request) => Promise.resolve(answer(typeof url === 'string' ? url : '')));
  return { request, loader: new TileLoader(request, 1) };
}

describe('the loader of tiles', () => {
  it('gives the bytes and tells how many tiles came and how long they took', async () => {
    const { loader } = loaderOf(() => bytes('abc'));
    const [one] = await Promise.all([loader.load('water', '/1', live()), loader.load('water', '/2', live())]);
    expect(new TextDecoder().decode(one)).toBe('abc');
    const status = loader.statuses.get().water;
    expect(status).toMatchObject({ phase: 'ready', tileCount: 2, message: null });
    expect(status?.ms).toBeGreaterThanOrEqual(0);
  });

  it('takes no content for an empty tile', async () => {
    const { loader } = loaderOf(() => new Response(null, { status: 204 }));
    expect((await loader.load('water', '/1', live())).byteLength).toBe(0);
    expect(loader.statuses.get().water?.phase).toBe('ready');
  });

  it('asks for four at once and no more', async () => {
    let open = 0;
    let most = 0;
    const { loader, request } = loaderOf(async () => {
      open += 1;
      most = Math.max(most, open);
      await new Promise((resolve) => setTimeout(resolve, 2));
      open -= 1;
      return bytes('x');
    });
    await Promise.all(Array.from({ length: 11 }, (_, i) => loader.load('water', `/${i}`, live())));
    expect(request).toHaveBeenCalledTimes(11);
    expect(most).toBe(4);
  });

  it('tries again while the server is busy', async () => {
    const answers = [refusal(503, 'Busy.'), refusal(503, 'Busy.'), bytes('ok')];
    const { loader } = loaderOf(() => answers.shift() ?? bytes(''));
    expect(new TextDecoder().decode(await loader.load('water', '/1', live()))).toBe('ok');
    expect(loader.statuses.get().water?.phase).toBe('ready');
  });

  it('says why a tile cannot be had, and the map goes on without it', async () => {
    const { loader, request } = loaderOf(() => refusal(404, 'No such layer.'));
    expect((await loader.load('water', '/1', live())).byteLength).toBe(0);
    expect(request).toHaveBeenCalledTimes(1);
    expect(loader.statuses.get().water).toMatchObject({ phase: 'error', message: 'No such layer.' });
    const away = loaderOf(() => Promise.reject(new TypeError('failed')));
    await away.loader.load('water', '/1', live());
    expect(away.loader.statuses.get().water?.message).toBe('The server cannot be reached for map tiles.');
  });

  it('tells of a session that is over', async () => {
    const expired = vi.spyOn(sessionEvents, 'expired').mockImplementation(() => undefined);
    await loaderOf(() => refusal(401, 'Sign in.')).loader.load('water', '/1', live());
    expect(expired).toHaveBeenCalledOnce();
  });

  it('drops what the map no longer wants, without an error', async () => {
    const abort = new AbortController();
    const { loader } = loaderOf(() => {
      abort.abort();
      return Promise.reject(abort.signal.reason as Error);
    });
    await expect(loader.load('water', '/1', abort.signal)).rejects.toThrow();
    expect(loader.statuses.get().water).toMatchObject({ phase: 'ready', message: null });
  });
});
