import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { pathOf, ROOT, treeOf } from './tree';
import type { Chosen, TreeMessage } from './tree';

const message = (id: string, parentId: string | null): TreeMessage => ({ id, parentId });
const ids = (messages: readonly TreeMessage[], chosen: Chosen = {}): string[] =>
  pathOf(treeOf(messages), chosen).map((entry) => entry.message.id);

/** Messages oldest first, each below an earlier one or none. */
const ANY_TREE = fc
  .array(fc.nat(), { minLength: 1, maxLength: 25 })
  .map((picks) => picks.map((pick, at) => message(`m${at}`, pick % (at + 1) === at ? null : `m${pick % (at + 1)}`)));

describe('the path through a conversation', () => {
  const TALK = [message('q1', null), message('a1', 'q1'), message('q2', 'a1'), message('a2', 'q2'), message('q2b', 'a1'), message('a2b', 'q2b')];

  it('ends at the newest message', () => {
    expect(ids(TALK)).toEqual(['q1', 'a1', 'q2b', 'a2b']);
  });

  it('follows what was chosen, and tells what stands beside it', () => {
    expect(ids(TALK, { a1: 'q2' })).toEqual(['q1', 'a1', 'q2', 'a2']);
    const entry = pathOf(treeOf(TALK), { a1: 'q2' })[2];
    expect(entry).toMatchObject({ parentKey: 'a1', index: 0 });
    expect(entry?.siblings.map((each) => each.id)).toEqual(['q2', 'q2b']);
  });

  it('goes to the newest message even where an older branch has the newer child', () => {
    const both = [message('q', null), message('a', 'q'), message('b', 'q'), message('late', 'a')];
    expect(ids(both)).toEqual(['q', 'a', 'late']);
  });

  it('leaves out a choice that is gone, and takes a message without its parent as a first one', () => {
    expect(ids(TALK, { a1: 'deleted' })).toEqual(['q1', 'a1', 'q2b', 'a2b']);
    expect(ids([message('x', 'nowhere')])).toEqual(['x']);
    expect(ids([message('x', 'y'), message('y', 'x')])).toEqual(['x', 'y']);
    expect(ids([])).toEqual([]);
  });

  it('is a chain from a first message to a leaf, whatever is chosen, and can lead to every message', () => {
    fc.assert(
      fc.property(ANY_TREE, fc.nat(), (messages, pick) => {
        const target = messages[pick % messages.length] ?? message('', null);
        const parentOf = new Map(messages.map((each) => [each.id, each.parentId ?? ROOT]));
        const chosen: Record<string, string> = {};
        for (let id = target.id; id !== ROOT; id = parentOf.get(id) ?? ROOT) chosen[parentOf.get(id) ?? ROOT] = id;
        const path = pathOf(treeOf(messages), chosen);

        expect(path.map((entry) => entry.message)).toContain(target);
        path.forEach((entry, at) => {
          expect(entry.message.parentId ?? ROOT).toBe(path[at - 1]?.message.id ?? ROOT);
          expect(entry.siblings[entry.index]).toBe(entry.message);
        });
        const leaf = path.at(-1)?.message.id;
        expect(messages.some((each) => each.parentId === leaf)).toBe(false);
        expect(pathOf(treeOf(messages), {}).at(-1)?.message).toBe(messages.at(-1));
      }),
    );
  });
});
