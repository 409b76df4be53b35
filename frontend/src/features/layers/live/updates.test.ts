import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { LineColumns, TransformerColumns } from '../../../lib/columns/layers';
import type { BufferPatch } from '../../../lib/draw/patch';
import { perVertex } from '../../../lib/draw/paths';
import { loadingClass } from '../../../lib/loadingClasses';
import { loadingLineStyle, transformerColours } from '../builders/distribution';

import { LiveUpdates } from './updates';

const CIRCUITS = ['CKT-0', 'CKT-1', 'CKT-2', null];

function transformers(loadings: readonly number[]): TransformerColumns {
  const zeros = new Float64Array(loadings.length);
  return {
    ids: loadings.map((_, i) => `XFMR-${i}`),
    lon: zeros,
    lat: zeros,
    circuitIds: loadings.map(() => null),
    ratedKva: zeros,
    peakLoadingPct: zeros,
    latestLoadingPct: Float64Array.from(loadings),
    customerCount: zeros,
  };
}

/** Sections of two, three, four … points, their circuits in turn. */
function lines(loadings: readonly number[]): LineColumns {
  const starts = new Uint32Array(loadings.length + 1);
  loadings.forEach((_, i) => (starts[i + 1] = (starts[i] ?? 0) + 2 + (i % 3)));
  return {
    ids: loadings.map((_, i) => `LINE-${i}`),
    circuitIds: loadings.map((_, i) => CIRCUITS[i % CIRCUITS.length] ?? null),
    lineClass: loadings.map(() => 'LATERAL'),
    phases: loadings.map(() => null),
    isUnderground: Uint8Array.from(loadings, (_, i) => i % 2),
    weatherLoadingPct: Float64Array.from(loadings),
    circuitLoadingPct: Float64Array.from(loadings),
    paths: { starts, coords: new Float64Array(2 * (starts.at(-1) ?? 0)) },
  };
}

/** A map that holds what it was given, as a graphics card does, and frames that come when told to. */
function setUp() {
  const card = new Map<string, Uint8Array>();
  const patches: BufferPatch[] = [];
  const frames: (() => void)[] = [];
  const live = new LiveUpdates((callback) => frames.push(callback));
  live.drawTo((given) => {
    for (const patch of given) {
      patches.push(patch);
      const held = card.get(patch.layerId) ?? new Uint8Array(patch.value.length);
      held.set(patch.value.subarray(patch.from, patch.to), patch.from);
      card.set(patch.layerId, held);
    }
  });
  const frame = (): void => frames.splice(0).forEach((callback) => callback());
  return { live, card, patches, frames, frame };
}

function colourOf(pct: number): number[] {
  return [...loadingClass(pct).colour, 255];
}

describe('live updates', () => {
  it('paint the rows that changed and no other', () => {
    const columns = transformers([10, 20, 30, 40, 50]);
    const { live, patches, frame } = setUp();
    transformerColours(columns).fill(7);
    live.load('transformers', columns);
    live.offer('transformers', ['XFMR-3', 'XFMR-1'], [99, 120]);
    frame();
    const value = transformerColours(columns);
    expect([...value]).toEqual([...Array<number>(4).fill(7), ...colourOf(120), ...Array<number>(4).fill(7), ...colourOf(99), ...Array<number>(4).fill(7)]);
    expect(patches).toEqual([{ layerId: 'transformers', attribute: 'instanceFillColors', value, from: 4, to: 16 }]);
    expect(live.counts.painted).toBe(2);
  });

  it('count what is about nothing loaded, and what was known, and draw neither', () => {
    const { live, frames } = setUp();
    live.offer('transformers', ['XFMR-0'], [1]);
    expect(live.counts.unknown).toBe(1);
    live.load('transformers', transformers([1, Number.NaN]));
    live.offer('transformers', ['XFMR-9', 'XFMR-0', 'XFMR-1'], [50, 1, null]);
    expect(live.counts).toMatchObject({ offered: 4, unknown: 2, overtaken: 0, draws: 0 });
    expect(frames).toEqual([]);
  });

  it('draw the last of several values once, in the next frame', () => {
    const columns = transformers([10]);
    const { live, patches, frames, frame } = setUp();
    live.load('transformers', columns);
    for (const pct of [70, 90, 130]) live.offer('transformers', ['XFMR-0'], [pct]);
    expect(frames).toHaveLength(1);
    expect(patches).toEqual([]);
    frame();
    expect(columns.latestLoadingPct[0]).toBe(130);
    expect([...transformerColours(columns)]).toEqual(colourOf(130));
    expect(live.counts).toMatchObject({ overtaken: 2, painted: 1, draws: 1 });
  });

  it('reach every line of a circuit', () => {
    const columns = lines([10, 10, 10, 10, 10]);
    const { live, frame } = setUp();
    live.load('lines', columns);
    live.offer('lines', ['CKT-0'], [150]);
    frame();
    expect([...columns.circuitLoadingPct]).toEqual([150, 10, 10, 10, 150]);
    expect(live.counts.painted).toBe(2);
  });

  it('are taken over by rows that are loaded later, until they are void', () => {
    const { live, frame } = setUp();
    live.offer('transformers', ['XFMR-1'], [77]);
    const first = transformers([1, 2]);
    live.load('transformers', first);
    frame();
    expect([...first.latestLoadingPct]).toEqual([1, 77]);
    live.forget('transformers');
    const second = transformers([1, 2]);
    live.load('transformers', second);
    expect([...second.latestLoadingPct]).toEqual([1, 2]);
  });

  it('leave buffers as if all were made anew, whatever comes in whatever order', () => {
    const pct = fc.option(fc.integer({ min: 0, max: 160 }), { nil: null });
    const news = fc.record({
      layer: fc.constantFrom('transformers' as const, 'lines' as const),
      // Some of these ids are of nothing that is there.
      changes: fc.array(fc.tuple(fc.nat(22), pct), { maxLength: 12 }),
      isDrawn: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 160 }), { minLength: 1, maxLength: 20 }), fc.array(news, { maxLength: 8 }), (start, told) => {
        const { live, card, frame } = setUp();
        const [points, paths] = [transformers(start), lines(start)];
        live.load('transformers', points);
        live.load('lines', paths);
        card.set('transformers', transformerColours(points).slice());
        card.set('lines', perVertex(loadingLineStyle(paths).colours, paths.paths.starts, 4));
        const expected = { transformers: [...start], lines: [...start] };
        for (const { layer, changes, isDrawn } of told) {
          const keys = changes.map(([i]) => (layer === 'lines' ? `CKT-${i}` : `XFMR-${i}`));
          live.offer(layer, keys, changes.map(([, value]) => value));
          for (const [i, value] of changes) {
            expected[layer].forEach((_, row) => {
              const isMeant = layer === 'lines' ? CIRCUITS[row % CIRCUITS.length] === `CKT-${i}` : row === i;
              if (isMeant) expected[layer][row] = value ?? Number.NaN;
            });
          }
          if (isDrawn) frame();
        }
        frame();
        const [newPoints, newPaths] = [transformers(expected.transformers), lines(expected.lines)];
        expect(points.latestLoadingPct).toEqual(newPoints.latestLoadingPct);
        expect(paths.circuitLoadingPct).toEqual(newPaths.circuitLoadingPct);
        expect(card.get('transformers')).toEqual(transformerColours(newPoints));
        expect(card.get('lines')).toEqual(perVertex(loadingLineStyle(newPaths).colours, newPaths.paths.starts, 4));
      }),
    );
  });
});
