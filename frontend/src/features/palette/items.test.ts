import { describe, expect, it } from 'vitest';

import { matching, rank, recentItems, remember } from './items';

const item = (label: string, keywords = '') => ({ id: label, group: 'Commands', label, keywords, run: () => undefined });

describe('what the palette finds', () => {
  it('ranks a start before a word before a part', () => {
    expect(rank(item('Dark colours'), 'dark')).toBe(0);
    expect(rank(item('Use dark colours'), 'dark')).toBe(1);
    expect(rank(item('Undarkened'), 'dark')).toBe(2);
    expect(rank(item('Light colours'), 'dark')).toBeNull();
  });

  it('wants every word, also among the keywords', () => {
    expect(rank(item('Dark colours', 'theme night'), 'theme dark')).toBe(1);
    expect(rank(item('Dark colours', 'theme night'), 'theme light')).toBeNull();
  });

  it('keeps the order of equals', () => {
    const found = matching([item('To outages'), item('Outages'), item('Outage report')], 'outage');
    expect(found.map((each) => each.label)).toEqual(['Outages', 'Outage report', 'To outages']);
  });

  it('remembers what was opened last, each once, eight at most', () => {
    for (let number = 0; number < 10; number += 1) remember({ label: `A${number}`, detail: '', href: `/?sel=SUB-${number}` });
    remember({ label: 'A5', detail: '', href: '/?sel=SUB-5' });
    expect(recentItems.get().map((each) => each.label)).toEqual(['A5', 'A9', 'A8', 'A7', 'A6', 'A4', 'A3', 'A2']);
  });
});
