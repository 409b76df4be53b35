import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { comparedAsset, compareRows } from './facts';
import { freePlace, within } from './place';

const READING = { units: 'metric', timeZone: 'UTC' } as const;
const TRANSFORMER = {
  id: 't', name: 'Oak 1', ratedKva: 50, primaryKv: 12.47, secondaryKv: 0.24, phases: 'A', peakLoadKva: 40, peakLoadingPct: 80, customerCount: 9,
  installYear: null, latestLoad: null, circuit: { id: 'c', name: 'Oak 01' },
};
const POLE = { id: 'p', heightM: 12.2, poleClass: '4', material: null, installYear: 1990, circuit: { id: 'c', name: 'Oak 01' } };

describe('facts side by side', () => {
  const one = comparedAsset('XFMR-1', { transformer: TRANSFORMER }, READING);
  const other = comparedAsset('XFMR-2', { transformer: { ...TRANSFORMER, id: 'u', name: 'Oak 2', ratedKva: 75 } }, READING);

  it('are marked where they differ', () => {
    const rows = compareRows([one, other]);
    expect(rows.find(({ label }) => label === 'Rating')).toEqual({ label: 'Rating', texts: ['50\u00a0kVA', '75\u00a0kVA'], isDifferent: true });
    expect(rows.filter(({ isDifferent }) => isDifferent).map(({ label }) => label)).toEqual(['Rating']);
  });

  it('say what is unknown, and leave out what does not apply', () => {
    const rows = compareRows([one, comparedAsset('POLE-1', { pole: POLE }, READING)]);
    expect(rows.find(({ label }) => label === 'Latest load')?.texts).toEqual(['–', null]);
    expect(rows.find(({ label }) => label === 'Installed')).toEqual({ label: 'Installed', texts: ['–', '1990'], isDifferent: true });
    expect(rows.find(({ label }) => label === 'Height')).toEqual({ label: 'Height', texts: [null, '12.2\u00a0m'], isDifferent: false });
    expect(rows.find(({ label }) => label === 'Circuit')?.isDifferent).toBe(false);
  });

  it('are none of an asset that is not there', () => {
    expect(comparedAsset('XFMR-9', { transformer: null }, READING)).toBeNull();
    expect(compareRows([null, one]).every(({ texts }) => texts[0] === null)).toBe(true);
  });
});

describe('the place of the panel', () => {
  const frame = { width: 900, height: 600 };
  const panel = { width: 400, height: 200 };

  it('stops at the edges', () => {
    fc.assert(
      fc.property(fc.integer({ min: -2000, max: 2000 }), fc.integer({ min: -2000, max: 2000 }), (x, y) => {
        const at = within({ x, y }, panel, frame);
        expect(at.x).toBeGreaterThanOrEqual(12);
        expect(at.y).toBeGreaterThanOrEqual(12);
        expect(at.x + panel.width).toBeLessThanOrEqual(888);
        expect(at.y + panel.height).toBeLessThanOrEqual(588);
      }),
    );
    expect(within({ x: 50, y: 60 }, panel, frame)).toEqual({ x: 50, y: 60 });
    // A panel larger than the map begins at its edge.
    expect(within({ x: 50, y: 60 }, { width: 2000, height: 20 }, frame).x).toBe(12);
  });

  it('is along the lower edge unless it would cover an object', () => {
    expect(freePlace(panel, frame, [])).toEqual({ x: 304, y: 356 });
    expect(freePlace(panel, frame, [{ x: 400, y: 500 }])).toEqual({ x: 488, y: 356 });
    expect(freePlace(panel, frame, [{ x: 600, y: 500 }])).toEqual({ x: 12, y: 356 });
    expect(freePlace(panel, frame, [{ x: 300, y: 500 }, { x: 600, y: 500 }])).toEqual({ x: 304, y: 12 });
    // A narrow map has no room beside the layers.
    expect(freePlace(panel, { width: 640, height: 600 }, [])).toEqual({ x: 12, y: 356 });
  });
});
