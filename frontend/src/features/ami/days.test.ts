import { describe, expect, it } from 'vitest';

import { addDays, clipped, dayCount, dayOf, formatPeriod, instantsOf, isDay, lastDays, startOfDay } from './days';

const CHICAGO = 'America/Chicago';

describe('days', () => {
  it('are counted over the ends of months and leap years', () => {
    expect(addDays('2024-02-28', 1)).toBe('2024-02-29');
    expect(addDays('2025-03-01', -1)).toBe('2025-02-28');
    expect(dayCount({ firstDay: '2025-12-31', lastDay: '2026-01-01' })).toBe(2);
    expect(lastDays('2026-03-01', 3)).toEqual({ firstDay: '2026-02-27', lastDay: '2026-03-01' });
  });

  it.each(['2026-02-29', '2026-13-01', '2026-1-1', '', null, undefined])('%s is none', (text) => {
    expect(isDay(text)).toBe(false);
  });

  it('begin at the local midnight, also when clocks change', () => {
    expect(startOfDay('2025-01-15', CHICAGO)).toBe('2025-01-15T06:00:00.000Z');
    expect(startOfDay('2025-07-15', CHICAGO)).toBe('2025-07-15T05:00:00.000Z');
    expect(instantsOf({ firstDay: '2025-11-02', lastDay: '2025-11-02' }, CHICAGO)).toEqual({
      start: '2025-11-02T05:00:00.000Z',
      end: '2025-11-03T06:00:00.000Z', // 25 hours
    });
    expect(instantsOf({ firstDay: '2025-03-09', lastDay: '2025-03-09' }, CHICAGO)).toEqual({
      start: '2025-03-09T06:00:00.000Z',
      end: '2025-03-10T05:00:00.000Z', // 23 hours
    });
    expect(startOfDay('2025-06-01', 'Asia/Kolkata')).toBe('2025-05-31T18:30:00.000Z');
  });

  it('are those of the utility', () => {
    expect(dayOf('2026-03-01T05:59:59Z', CHICAGO)).toBe('2026-02-28');
    expect(dayOf('2026-03-01T06:00:00Z', CHICAGO)).toBe('2026-03-01');
  });

  it('are clipped to the newest, if there are too many', () => {
    const period = { firstDay: '2026-01-01', lastDay: '2026-01-31' };
    expect(clipped(period, 31)).toBe(period);
    expect(clipped(period, 7)).toEqual({ firstDay: '2026-01-25', lastDay: '2026-01-31' });
    expect(formatPeriod(clipped(period, 1))).toBe('Jan 31, 2026');
  });
});
