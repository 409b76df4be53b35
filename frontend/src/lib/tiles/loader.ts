import { sessionEvents } from '../sessionEvents';
import { createStore } from '../store';

/** How the tiles of a layer stand. */
export interface TileStatus {
  phase: 'loading' | 'ready' | 'error';
  /** From the first request of the last burst to its last answer. */
  ms: number | null;
  /** Of the last burst. */
  tileCount: number;
  message: string | null;
}

export type TileStatuses = Readonly<Record<string, TileStatus>>;

/** The server draws four tiles at a time; asking for more only makes it refuse. */
const AT_ONCE = 4;
const TRIES = 4;
const WAIT_MS = 700;
const EMPTY = 204;

interface Burst {
  startedAt: number;
  open: number;
  done: number;
  message: string | null;
}

class TileRefused extends Error {
  constructor(
    message: string,
    readonly canRetry: boolean,
  ) {
    super(message);
    this.name = 'TileRefused';
  }
}

/** Fetches vector tiles: few at once, again where the server is busy, and tells how long they took. */
export class TileLoader {
  readonly statuses = createStore<TileStatuses>({});
  private readonly bursts = new Map<string, Burst>();
  private readonly waiting: (() => void)[] = [];
  private running = 0;

  constructor(
    private readonly request: typeof fetch = (...args) => fetch(...args),
    private readonly waitMs = WAIT_MS,
  ) {}

  /** The bytes of a tile of a layer. A tile that cannot be had is empty, and the layer's status says why. */
  async load(key: string, url: string, signal: AbortSignal): Promise<ArrayBuffer> {
    this.begin(key);
    let message: string | null = null;
    try {
      return await this.inTurn(() => this.fetchTile(url, signal));
    } catch (error) {
      if (signal.aborted) throw error;
      message = error instanceof TileRefused ? error.message : 'The server cannot be reached for map tiles.';
      return new ArrayBuffer(0);
    } finally {
      this.end(key, message);
    }
  }

  /** Forget how a layer stands; it is no longer drawn. */
  forget(key: string): void {
    this.bursts.delete(key);
    this.statuses.set(({ [key]: _gone, ...others }) => others);
  }

  private async fetchTile(url: string, signal: AbortSignal): Promise<ArrayBuffer> {
    for (let attempt = 1; ; attempt += 1) {
      signal.throwIfAborted();
      const response = await this.request(url, { credentials: 'same-origin', signal });
      if (response.status === EMPTY) return new ArrayBuffer(0);
      if (response.ok) return response.arrayBuffer();
      if (response.status === 401) sessionEvents.expired();
      const refusal = await refusalOf(response);
      if (!refusal.canRetry || attempt === TRIES) throw refusal;
      await new Promise((resolve) => setTimeout(resolve, this.waitMs * attempt));
    }
  }

  private async inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.running >= AT_ONCE) await new Promise<void>((resolve) => this.waiting.push(resolve));
    else this.running += 1;
    try {
      return await work();
    } finally {
      // The place goes to the next in the row, or is free.
      const next = this.waiting.shift();
      if (next === undefined) this.running -= 1;
      else next();
    }
  }

  private begin(key: string): void {
    const burst = this.bursts.get(key);
    if (burst !== undefined && burst.open > 0) {
      burst.open += 1;
      return;
    }
    this.bursts.set(key, { startedAt: performance.now(), open: 1, done: 0, message: null });
    const last = this.statuses.get()[key];
    this.put(key, { phase: 'loading', ms: last?.ms ?? null, tileCount: last?.tileCount ?? 0, message: null });
  }

  private end(key: string, message: string | null): void {
    const burst = this.bursts.get(key);
    if (burst === undefined) return;
    burst.open -= 1;
    burst.done += 1;
    burst.message ??= message;
    if (burst.open > 0) return;
    this.put(key, {
      phase: burst.message === null ? 'ready' : 'error',
      ms: performance.now() - burst.startedAt,
      tileCount: burst.done,
      message: burst.message,
    });
  }

  private put(key: string, status: TileStatus): void {
    this.statuses.set((all) => ({ ...all, [key]: status }));
  }
}

async function refusalOf(response: Response): Promise<TileRefused> {
  const canRetry = response.status === 503 || response.status === 429;
  const body: unknown = await response.json().catch(() => null);
  return new TileRefused(messageIn(body) ?? `The server answered ${response.status} for map tiles.`, canRetry);
}

function messageIn(body: unknown): string | null {
  if (typeof body !== 'object' || body === null || !('errors' in body) || !Array.isArray(body.errors)) return null;
  const first: unknown = body.errors[0];
  return typeof first === 'object' && first !== null && 'message' in first && typeof first.message === 'string' ? first.message : null;
}
