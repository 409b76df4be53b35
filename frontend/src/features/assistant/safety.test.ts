import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { CITATION_HASH, markCitations } from './citationMarks';
import { safeLink } from './links';
import { clampWidth, readPanelState } from './panelState';

const ORIGIN = 'https://flux.example';

describe('links of an answer', () => {
  it.each([
    ['/documents/ieee-1366#saidi', '/documents/ieee-1366#saidi', false],
    ['https://flux.example/?sel=SUB-1', '/?sel=SUB-1', false],
    ['https://www.nerc.com/x', 'https://www.nerc.com/x', true],
    ['//evil.example/x', 'https://evil.example/x', true],
  ])('%s may be followed', (target, href, isElsewhere) => {
    expect(safeLink(target, ORIGIN)).toEqual({ href, isElsewhere });
  });

  it.each(['javascript:alert(1)', 'JaVaScRiPt:alert(1)', 'data:text/html,x', 'blob:https://flux.example/1', 'file:///etc/passwd', 'mailto:a@b.c', 'http://', 'https://bank.example@evil.example/', '', null])(
    '%s may not',
    (target) => {
      expect(safeLink(target, ORIGIN)).toBeNull();
    },
  );

  it('lead to this site or by http(s), whatever was written', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.webUrl(), fc.tuple(fc.constantFrom('javascript', 'data', 'vbscript', 'http', ' java\tscript'), fc.string()).map((parts) => parts.join(':'))), (target) => {
        const link = safeLink(target, ORIGIN);
        if (link === null) return;
        const protocol = new URL(link.href, ORIGIN).protocol;
        expect(['http:', 'https:']).toContain(protocol);
        if (!link.isElsewhere) expect(new URL(link.href, ORIGIN).origin).toBe(ORIGIN);
      }),
    );
  });
});

describe('marks of citations', () => {
  const text = (value: string) => ({ type: 'text', value });
  const link = (number: number) => ({ type: 'link', url: `${CITATION_HASH}${number}`, children: [text(`[${number}]`)] });

  it('become links where there is such a citation, and stay text elsewhere', () => {
    const tree = {
      type: 'root',
      children: [
        { type: 'paragraph', children: [text('Every year [1], see [3][2].'), { type: 'inlineCode', value: 'a[1]' }] },
        { type: 'link', url: '/x', children: [text('[1]')] },
      ],
    };
    markCitations(new Set([1, 2]))()(tree);
    expect(tree.children[0]?.children).toEqual([text('Every year '), link(1), text(', see [3]'), link(2), text('.'), { type: 'inlineCode', value: 'a[1]' }]);
    expect(tree.children[1]?.children).toEqual([text('[1]')]);
  });
});

describe('what the browser remembers of the panel', () => {
  it('counts as nothing where it makes no sense', () => {
    expect(readPanelState('x')).toBeNull();
    expect(readPanelState({ isOpen: 'yes', widthPx: 1e9, threadId: 4 })).toEqual({ isOpen: false, isDocked: true, widthPx: 900, threadId: null });
    expect(clampWidth(10)).toBe(320);
  });
});
