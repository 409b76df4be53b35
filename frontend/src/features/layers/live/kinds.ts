import type { LineColumns, TransformerColumns } from '../../../lib/columns/layers';
import { rowsById, rowsByValue } from '../../../lib/columns/rowIndex';
import type { BufferPatch } from '../../../lib/draw/patch';
import { vertexColours } from '../../../lib/draw/paths';
import { colourOfTransformer, loadingColourOfLine, loadingLineStyle, transformerColours } from '../builders/distribution';

export interface LiveColumns {
  transformers: TransformerColumns;
  lines: LineColumns;
}

export type LiveLayer = keyof LiveColumns;

/** How news of a layer reaches its rows, and its rows the graphics card. */
export interface LiveKind<C> {
  /** The column that news writes, percent; NaN is unknown. */
  valuesOf: (columns: C) => Float64Array;
  /** Rows that a key of the news is about; undefined: none is loaded. */
  rowsOf: (columns: C, key: string) => number | readonly number[] | undefined;
  /** Paint these rows anew in the buffers at hand; null if nothing was painted. */
  paint: (columns: C, rows: Uint32Array) => BufferPatch | null;
}

export const LIVE_KINDS: { readonly [K in LiveLayer]: LiveKind<LiveColumns[K]> } = {
  transformers: {
    valuesOf: (columns) => columns.latestLoadingPct,
    rowsOf: (columns, key) => rowsById(columns.ids).get(key),
    paint: (columns, rows) => {
      const value = transformerColours(columns);
      const span = newSpan();
      for (const row of rows) {
        value.set(colourOfTransformer(columns, row), 4 * row);
        widen(span, 4 * row, 4 * row + 4);
      }
      return rows.length === 0 ? null : { layerId: 'transformers', attribute: 'instanceFillColors', value, ...span };
    },
  },
  // A line shows the loading of its circuit: the key of its news is the circuit.
  lines: {
    valuesOf: (columns) => columns.circuitLoadingPct,
    rowsOf: (columns, key) => rowsByValue(columns.circuitIds).get(key),
    paint: (columns, rows) => {
      const { colours } = loadingLineStyle(columns);
      const { starts } = columns.paths;
      const value = vertexColours(colours, starts);
      const span = newSpan();
      for (const row of rows) {
        const colour = loadingColourOfLine(columns, row);
        const [from, to] = [starts[row] ?? 0, starts[row + 1] ?? 0];
        colours.set(colour, 4 * row);
        for (let point = from; point < to; point += 1) value.set(colour, 4 * point);
        if (to > from) widen(span, 4 * from, 4 * to);
      }
      return span.to === 0 ? null : { layerId: 'lines', attribute: 'instanceColors', value, ...span };
    },
  },
};

interface Span {
  from: number;
  to: number;
}

function newSpan(): Span {
  return { from: Infinity, to: 0 };
}

function widen(span: Span, from: number, to: number): void {
  span.from = Math.min(span.from, from);
  span.to = Math.max(span.to, to);
}
