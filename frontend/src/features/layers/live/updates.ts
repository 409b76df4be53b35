import type { BufferPatch } from '../../../lib/draw/patch';

import { LIVE_KINDS } from './kinds';
import type { LiveColumns, LiveKind, LiveLayer } from './kinds';

/** What became of the news since the beginning, in values unless said otherwise. */
export interface LiveCounts {
  /** Values that came. */
  offered: number;
  /** Of those, about nothing that is loaded. */
  unknown: number;
  /** Of those, as they were known already. */
  unchanged: number;
  /** Rows whose value was replaced before it was drawn: the newest alone is drawn. */
  overtaken: number;
  /** Rows painted, and how often anything was. */
  painted: number;
  draws: number;
}

interface Loaded {
  columns: LiveColumns[LiveLayer];
  isDirty: Uint8Array;
  dirty: number[];
}

/**
 * Brings live values to the rows they are about, at most once a frame.
 *
 * A value is written where the columns hold it, so the last one wins and a page that is slow or hidden keeps no
 * more than one a row, however much comes. A frame paints the rows that differ and nothing else.
 */
export class LiveUpdates {
  readonly counts: LiveCounts = { offered: 0, unknown: 0, unchanged: 0, overtaken: 0, painted: 0, draws: 0 };
  private readonly loaded = new Map<LiveLayer, Loaded>();
  /** The newest value of each key that was told, for rows that are loaded later. */
  private readonly latest = new Map<LiveLayer, Map<string, number>>();
  private isScheduled = false;

  private draw: (patches: readonly BufferPatch[]) => void = () => undefined;

  /** @param nextFrame calls back when the next frame is made. */
  constructor(
    private readonly nextFrame: (callback: () => void) => void = (callback) => requestAnimationFrame(callback),
  ) {}

  /** Who takes what changed to the map; until somebody does, layers that are drawn anew have it. */
  drawTo(draw: (patches: readonly BufferPatch[]) => void): void {
    this.draw = draw;
  }

  /** Rows were loaded, or none are any more. They take what was told of them before. */
  load<K extends LiveLayer>(layer: K, columns: LiveColumns[K] | null): void {
    if (columns === null) {
      this.loaded.delete(layer);
      return;
    }
    if (this.loaded.get(layer)?.columns === columns) return;
    const entry = { columns, isDirty: new Uint8Array(columns.ids.length), dirty: [] };
    this.loaded.set(layer, entry);
    for (const [key, value] of this.latest.get(layer) ?? []) this.write(kindOf(layer), entry, key, value);
    this.schedule();
  }

  /** News came: the values of some keys, percent; null and NaN: unknown. */
  offer(layer: LiveLayer, keys: readonly string[], values: ArrayLike<number | null>): void {
    const kind = kindOf(layer);
    const entry = this.loaded.get(layer);
    const latest = this.latest.get(layer) ?? new Map<string, number>();
    this.latest.set(layer, latest);
    this.counts.offered += keys.length;
    keys.forEach((key, i) => {
      const value = values[i] ?? Number.NaN;
      latest.set(key, value);
      if (entry === undefined) this.counts.unknown += 1;
      else this.write(kind, entry, key, value);
    });
    this.schedule();
  }

  /** What was told of a layer is void: it is read anew. */
  forget(layer: LiveLayer): void {
    this.latest.delete(layer);
  }

  /** Paint what differs now. */
  flush(): void {
    const patches: BufferPatch[] = [];
    for (const [layer, entry] of this.loaded) {
      if (entry.dirty.length === 0) continue;
      const patch = kindOf(layer).paint(entry.columns, Uint32Array.from(entry.dirty));
      for (const row of entry.dirty) entry.isDirty[row] = 0;
      this.counts.painted += entry.dirty.length;
      entry.dirty = [];
      if (patch !== null) patches.push(patch);
    }
    if (patches.length === 0) return;
    this.counts.draws += 1;
    this.draw(patches);
  }

  private schedule(): void {
    if (this.isScheduled || ![...this.loaded.values()].some(({ dirty }) => dirty.length > 0)) return;
    this.isScheduled = true;
    this.nextFrame(() => {
      this.isScheduled = false;
      this.flush();
    });
  }

  private write(kind: LiveKind<LiveColumns[LiveLayer]>, entry: Loaded, key: string, value: number): void {
    const rows = kind.rowsOf(entry.columns, key);
    if (rows === undefined) {
      this.counts.unknown += 1;
      return;
    }
    const values = kind.valuesOf(entry.columns);
    if (typeof rows === 'number') this.writeRow(entry, values, rows, value);
    else for (const row of rows) this.writeRow(entry, values, row, value);
  }

  private writeRow(entry: Loaded, values: Float64Array, row: number, value: number): void {
    if (Object.is(values[row], value)) {
      this.counts.unchanged += 1;
      return;
    }
    values[row] = value;
    if (entry.isDirty[row] === 1) {
      this.counts.overtaken += 1;
      return;
    }
    entry.isDirty[row] = 1;
    entry.dirty.push(row);
  }
}

function kindOf(layer: LiveLayer): LiveKind<LiveColumns[LiveLayer]> {
  return LIVE_KINDS[layer] as LiveKind<LiveColumns[LiveLayer]>;
}
