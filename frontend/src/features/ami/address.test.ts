import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { basePeriod, beginsOnSameWeekday, BUCKETS, CLASSES, decodeAmiView, DEFAULT_VIEW, GROUPS, ORDERS, SCOPE_KINDS, TABS, withAmiView } from './address';
import type { AmiView } from './address';
import { addDays } from './days';

const period = fc
  .tuple(fc.integer({ min: 0, max: 4_000 }), fc.integer({ min: 0, max: 800 }))
  .map(([first, more]) => ({ firstDay: addDays('2020-01-01', first), lastDay: addDays('2020-01-01', first + more) }));

const view: fc.Arbitrary<AmiView> = fc.record({
  tab: fc.constantFrom(...TABS),
  scope: fc.option(fc.record({ kind: fc.constantFrom(...SCOPE_KINDS), id: fc.stringMatching(/^[A-Z]{2,4}-[A-Za-z0-9_.:-]{1,20}$/) })),
  customerClass: fc.option(fc.constantFrom(...CLASSES)),
  period: fc.option(period),
  bucket: fc.constantFrom(...BUCKETS),
  base: fc.oneof(fc.constantFrom('before' as const, 'year' as const), period),
  by: fc.option(fc.constantFrom(...GROUPS)),
  order: fc.constantFrom(...ORDERS),
});

describe('the address of a view', () => {
  it('shows the same view again, and keeps what else it says', () => {
    fc.assert(
      fc.property(view, (shown) => {
        const address = withAmiView('?other=1', shown);
        expect(decodeAmiView(address)).toEqual(shown);
        expect(new URLSearchParams(address).get('other')).toBe('1');
      }),
    );
  });

  it('is short where nothing is chosen, and readable where something is', () => {
    expect(withAmiView('', DEFAULT_VIEW)).toBe('');
    expect(withAmiView('?tab=voltage', { ...DEFAULT_VIEW, scope: { kind: 'CIRCUIT', id: 'CKT-1-02' } })).toBe('?of=CIRCUIT:CKT-1-02');
  });

  it.each([
    '?tab=nothing',
    '?of=CIRCUIT',
    '?of=PLANET:MARS-1',
    '?of=METER:',
    '?of=METER:"x',
    '?from=2026-02-30&to=2026-03-01',
    '?from=2026-03-02&to=2026-03-01',
    '?from=2026-03-02',
    '?bucket=INTERVAL&base=2026-01-01&by=PLANET&order=NAME&class=POOR',
  ])('drops what is wrong: %s', (search) => {
    expect(decodeAmiView(search)).toEqual(DEFAULT_VIEW);
  });
});

describe('the other period', () => {
  it('begins on the same day of the week and ends before the period', () => {
    fc.assert(
      fc.property(period, fc.constantFrom('before' as const, 'year' as const), (shown, base) => {
        const other = basePeriod(base, shown);
        expect(other.lastDay < shown.firstDay).toBe(true);
        expect(new Date(other.firstDay).getUTCDay()).toBe(new Date(shown.firstDay).getUTCDay());
        expect(beginsOnSameWeekday(shown, other)).toBe(true);
      }),
    );
  });

  it('is the week before a week, and the fortnight before ten days', () => {
    expect(basePeriod('before', { firstDay: '2026-03-02', lastDay: '2026-03-08' })).toEqual({ firstDay: '2026-02-23', lastDay: '2026-03-01' });
    expect(basePeriod('before', { firstDay: '2026-03-02', lastDay: '2026-03-11' })).toEqual({ firstDay: '2026-02-16', lastDay: '2026-02-25' });
    expect(basePeriod('year', { firstDay: '2026-03-02', lastDay: '2026-03-08' })).toEqual({ firstDay: '2025-03-03', lastDay: '2025-03-09' });
  });

  it('tells when working days meet weekends', () => {
    expect(beginsOnSameWeekday({ firstDay: '2026-03-02', lastDay: '2026-03-08' }, { firstDay: '2026-03-01', lastDay: '2026-03-07' })).toBe(false);
  });
});
