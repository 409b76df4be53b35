import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { scaleBar } from './scale';

describe('the scale bar', () => {
  it('is a round length of the units', () => {
    expect(scaleBar(10, 'metric')).toEqual({ metres: 1000, widthPx: 100, label: '1\u00a0km' });
    expect(scaleBar(1, 'metric')).toEqual({ metres: 100, widthPx: 100, label: '100\u00a0m' });
    expect(scaleBar(30, 'us')?.label).toBe('2\u00a0mi');
    expect(scaleBar(30, 'us')?.metres).toBeCloseTo(3218.688, 6);
    expect(scaleBar(1, 'us')?.label).toBe('200\u00a0ft');
    expect(scaleBar(Number.NaN, 'us')).toBeNull();
  });

  it('fits, and is never short', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.05, max: 80_000, noNaN: true }), fc.constantFrom('us' as const, 'metric' as const), (scale, units) => {
        const width = scaleBar(scale, units)?.widthPx ?? 0;
        expect(width).toBeLessThanOrEqual(110.0001);
        expect(width).toBeGreaterThan(43);
      }),
    );
  });
});
