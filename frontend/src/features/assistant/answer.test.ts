import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { NO_ANSWER, spoken, takeIn, textOf } from './answer';
import type { StoredEvent } from './answer';

function numbered(...bodies: object[]): StoredEvent[] {
  return bodies.map((body, seq) => ({ seq, body }));
}

const ANY_BODY = fc.oneof(
  fc.record({ kind: fc.constant('TEXT'), delta: fc.string({ maxLength: 8 }), block: fc.nat(2), is_question: fc.boolean() }),
  fc.record({ kind: fc.constant('THINKING'), delta: fc.string({ maxLength: 8 }), block: fc.nat(1) }),
  fc.record({ kind: fc.constant('STATUS'), status: fc.constant('planning'), message: fc.string({ maxLength: 8 }) }),
  fc.record({ kind: fc.constant('TOOL_USE'), tool_use_id: fc.constantFrom('a', 'b'), name: fc.constant('trace'), input: fc.constant({}) }),
  fc.record({ kind: fc.constant('TOOL_RESULT'), tool_use_id: fc.constantFrom('a', 'b'), name: fc.constant('trace'), is_ok: fc.boolean() }),
  fc.record({ kind: fc.constant('WARNING'), message: fc.string({ maxLength: 8 }), code: fc.constant(null) }),
  fc.record({
    kind: fc.constant('ASSETS'),
    assets: fc.array(fc.record({ asset_id: fc.constantFrom('SUB-1', 'SUB-2'), label: fc.constant('x'), lon: fc.constant(null), lat: fc.constant(null) })),
  }),
  fc.record({ kind: fc.constantFrom('TEXT', 'SOMETHING_NEW', 'TABLE'), delta: fc.constant(7) }),
);
const ANY_EVENTS = fc.array(ANY_BODY, { maxLength: 20 }).map((bodies) => numbered(...bodies));

describe('the events of an answer', () => {
  it('make the same answer however often and in whatever pieces they come', () => {
    fc.assert(
      fc.property(ANY_EVENTS, fc.array(fc.tuple(fc.nat(20), fc.nat(20))), (events, pieces) => {
        let answer = NO_ANSWER;
        // A reader that reconnects is sent all after the newest it knows, sometimes more.
        for (const [back, count] of pieces) {
          const from = Math.max(0, answer.lastSeq + 1 - back);
          answer = takeIn(answer, events.slice(from, from + back + count));
        }
        answer = takeIn(answer, events);
        expect(answer).toEqual(takeIn(NO_ANSWER, events));
      }),
    );
  });

  it('keep every character of the text', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(3), fc.string({ maxLength: 5 }))), (pieces) => {
        const answer = takeIn(NO_ANSWER, numbered(...pieces.map(([block, delta]) => ({ kind: 'TEXT', block, delta }))));
        for (const block of new Set(pieces.map(([number]) => number))) {
          const written = pieces.filter(([number]) => number === block).map(([, delta]) => delta).join('');
          expect(answer.texts.find((passage) => passage.block === block)?.text).toBe(written);
        }
      }),
    );
  });

  it('are drawn as text, evidence, assets and an end', () => {
    const answer = takeIn(
      NO_ANSWER,
      numbered(
        { kind: 'STATUS', status: 'planning', message: 'Reading the question' },
        { kind: 'TOOL_USE', tool_use_id: 't1', name: 'grid_analyst', input: { question: 'q' } },
        { kind: 'SQL', sql: 'SELECT 1', parameters: { a: 'Coast', b: null }, explanation: 'All.', is_verified: true },
        { kind: 'TABLE', title: 'Causes', columns: [{ name: 'n', label: 'Outages', type: 'INTEGER', unit: null }], rows: [[3], [null]], is_truncated: false, row_count: 2 },
        { kind: 'TOOL_RESULT', tool_use_id: 't1', name: 'grid_analyst', is_ok: true, content: null, message: null, duration_ms: 12.5 },
        { kind: 'TEXT', delta: 'There are **3**', block: 0 },
        { kind: 'TEXT', delta: ' outages.', block: 0 },
        { kind: 'ASSETS', assets: [{ asset_id: 'SUB-1', label: 'Wallis', lon: -96, lat: 29.6 }] },
        { kind: 'DONE', reason: 'ANSWERED', state: null },
      ),
    );

    expect(textOf(answer)).toBe('There are **3** outages.');
    expect(answer.evidence.map((each) => each.kind)).toEqual(['SQL', 'TABLE']);
    expect(answer.steps).toMatchObject([{ use: { name: 'grid_analyst' }, result: { isOk: true, durationMs: 12.5 } }]);
    expect(answer.assets).toEqual([{ assetId: 'SUB-1', label: 'Wallis', lon: -96, lat: 29.6 }]);
    expect(answer).toMatchObject({ doneReason: 'ANSWERED', status: null, lastSeq: 8, brokenCount: 0, error: null });
  });

  it('that are not known are left out; those that are broken are counted', () => {
    const answer = takeIn(
      NO_ANSWER,
      numbered(
        { kind: 'HOLOGRAM', depth: 3 },
        { kind: 'TABLE', title: 'x', columns: [{ name: 'a', label: 'A', type: 'TEXT', unit: null }], rows: [['1', '2']] },
        { kind: 'CHOICES', reason: 'AMBIGUOUS', choices: [{ question: 'no label' }] },
        { kind: 'TEXT', delta: 'fine', block: 0 },
      ),
    );
    expect(answer).toMatchObject({ brokenCount: 2, lastSeq: 3, evidence: [], choices: [] });
    expect(textOf(answer)).toBe('fine');
    expect(takeIn(NO_ANSWER, [{ seq: 0, body: 'nonsense' }, { seq: 1, body: null }]).brokenCount).toBe(2);
  });

  it('of two calls of one tool go to the call they belong to', () => {
    const use = (id: string) => ({ kind: 'TOOL_USE', tool_use_id: id, name: 'trace', input: {} });
    const result = (id: string, ms: number) => ({ kind: 'TOOL_RESULT', tool_use_id: id, name: 'trace', is_ok: true, duration_ms: ms });
    const answer = takeIn(NO_ANSWER, numbered(use('a'), use('b'), result('b', 2), result('a', 1), result('lost', 3)));
    expect(answer.steps.map((step) => [step.use?.toolUseId, step.result?.durationMs])).toEqual([['a', 1], ['b', 2], [undefined, 3]]);
  });
});

describe('an answer read aloud', () => {
  it('is without marks, and keeps words, numbers and ids', () => {
    const text = '**IEEE 1366**, clause 5:\n\n> “Counted *once*.” [1]\n\n- SAIDI: **131.8 min**\n- XFMR-1_a: 3 * 4';
    expect(spoken(text)).toBe('IEEE 1366, clause 5:\n\n“Counted once.”\n\nSAIDI: 131.8 min\nXFMR-1_a: 3 * 4');
  });
});
