import type { Table } from 'apache-arrow';

import { DECODERS } from '../../lib/columns/layers';
import type { LayerColumns, LayerKey } from '../../lib/columns/layers';
import { ColumnsRequestError } from '../../lib/columns/request';
import { createStore } from '../../lib/store';

import type { PlannedRequest } from './plan';

export interface LayerState<K extends LayerKey = LayerKey> {
  phase: 'loading' | 'ready' | 'error';
  /** The last data that arrived, kept on screen while newer data loads. */
  columns: LayerColumns[K] | null;
  error: { code: string; message: string } | null;
  /** How long the last data took to arrive, milliseconds; none if they were at hand. */
  ms?: number;
}

export type LayerStates = { [K in LayerKey]?: LayerState<K> };

type Request = (url: string, signal: AbortSignal) => Promise<Table>;
type Decoded = LayerColumns[LayerKey];

const CACHED_TABLES = 24;
const RETRY_MS = 8_000;

/** Failures that pass by themselves: the server or a service behind it is away. */
function isPassing(error: unknown): boolean {
  if (!(error instanceof ColumnsRequestError)) return false;
  return error.code === 'NETWORK' || (error.status !== null && error.status >= 500);
}

/**
 * Loads the columns of the visible layers: one request a layer at a time, stale ones aborted, and
 * the last few answers kept so that going back costs nothing.
 */
export class LayerLoader {
  readonly states = createStore<LayerStates>({});
  private readonly current = new Map<LayerKey, { id: string; abort: AbortController }>();
  private readonly cache = new Map<string, Decoded>();
  private readonly retries = new Map<LayerKey, ReturnType<typeof setTimeout>>();
  private plan: readonly PlannedRequest[] = [];

  constructor(private readonly request: Request) {}

  /** Load what `plan` asks for and stop loading everything else. */
  update(plan: readonly PlannedRequest[]): void {
    this.plan = plan;
    const wanted = new Set(plan.map((entry) => entry.key));
    for (const key of [...this.current.keys()]) if (!wanted.has(key)) this.drop(key);
    for (const entry of plan) {
      if (this.current.get(entry.key)?.id !== requestId(entry)) this.load(entry);
    }
  }

  readonly retry = (key: LayerKey): void => {
    const entry = this.plan.find((candidate) => candidate.key === key);
    if (entry !== undefined) this.load(entry);
  };

  /** Ask for a layer anew, also if its data are at hand, of this area and of others. */
  readonly refresh = (key: LayerKey): void => {
    const entry = this.plan.find((candidate) => candidate.key === key);
    if (entry === undefined) return;
    const [address = ''] = entry.url.split('?');
    for (const id of [...this.cache.keys()]) if (id.split(/[?#]/)[0] === address) this.cache.delete(id);
    this.load(entry);
  };

  /** Values of rows changed where they are: whoever shows something of them looks again. */
  readonly touch = (key: LayerKey): void => {
    this.states.set((states) => (states[key] === undefined ? states : { ...states, [key]: { ...states[key] } }));
  };

  stop(): void {
    this.update([]);
  }

  private drop(key: LayerKey): void {
    this.current.get(key)?.abort.abort();
    this.current.delete(key);
    clearTimeout(this.retries.get(key));
    this.states.set((states) => {
      const { [key]: _dropped, ...rest } = states;
      return rest;
    });
  }

  private load(entry: PlannedRequest): void {
    const { key } = entry;
    const id = requestId(entry);
    this.current.get(key)?.abort.abort();
    clearTimeout(this.retries.get(key));
    const abort = new AbortController();
    this.current.set(key, { id, abort });
    const cached = this.cache.get(id);
    if (cached !== undefined) {
      this.remember(id, cached);
      this.put(key, { phase: 'ready', columns: cached, error: null });
      return;
    }
    this.put(key, { phase: 'loading', columns: this.states.get()[key]?.columns ?? null, error: null });
    const beganAt = performance.now();
    this.request(entry.url, abort.signal)
      .then((table) => DECODERS[key](table))
      .then(
        (columns) => {
          if (abort.signal.aborted) return;
          this.remember(id, columns);
          this.put(key, { phase: 'ready', columns, error: null, ms: performance.now() - beganAt });
        },
        (error: unknown) => {
          if (!abort.signal.aborted) this.fail(key, error);
        },
      );
  }

  private fail(key: LayerKey, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    const code = error instanceof ColumnsRequestError ? error.code : 'MALFORMED';
    this.put(key, { phase: 'error', columns: this.states.get()[key]?.columns ?? null, error: { code, message } });
    if (isPassing(error)) this.retries.set(key, setTimeout(() => this.retry(key), RETRY_MS));
  }

  private put(key: LayerKey, state: LayerState): void {
    this.states.set((states) => ({ ...states, [key]: state }));
  }

  private remember(id: string, columns: Decoded): void {
    this.cache.delete(id);
    this.cache.set(id, columns);
    const oldest = this.cache.keys().next();
    if (this.cache.size > CACHED_TABLES && oldest.done !== true) this.cache.delete(oldest.value);
  }
}

function requestId(entry: PlannedRequest): string {
  return `${entry.url}#${entry.version}`;
}
