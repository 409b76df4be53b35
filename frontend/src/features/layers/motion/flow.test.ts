import { describe, expect, it } from 'vitest';

import { BRANCHES } from '../testColumns';

import { flowLayers, flowsOf, speedOf } from './flow';

describe('arrows of flow', () => {
  it('run the way the power flows, also against the line', () => {
    const { paths } = flowsOf(BRANCHES);
    // BR-2 runs from Bravo to Alpha and carries −900 MW: the power flows from Alpha to Bravo.
    expect([...paths.coords]).toEqual([-95.5, 29.7, -95.4, 29.7, -95.5, 29.7, -95.4, 29.7, -95.4, 29.7, -95.3, 29.7]);
  });

  it('stay upon their own of parallel circuits', () => {
    const { shiftsPx } = flowsOf(BRANCHES);
    expect(shiftsPx[0]).toBe(-(shiftsPx[1] ?? 0));
    expect(Math.abs(shiftsPx[0] ?? 0)).toBeGreaterThan(1);
    expect(shiftsPx[2]).toBe(0);
  });

  it('run the faster the more flows, within bounds', () => {
    expect(speedOf(100)).toBeLessThan(speedOf(900));
    expect(speedOf(-900)).toBe(speedOf(900));
    expect(speedOf(50_000)).toBe(4);
  });

  it('leave out lines whose flow is unknown or nothing', () => {
    const flows = flowsOf({ ...BRANCHES, flowMw: Float64Array.of(Number.NaN, 0, 20) });
    expect([...flows.paths.starts]).toEqual([0, 2]);
  });

  it('change a uniform alone from frame to frame', () => {
    const at = { scale: 1, scheme: 'dark' as const, placement: {} };
    const [one] = flowLayers(BRANCHES, { ...at, elapsedMs: 0 });
    const [other] = flowLayers(BRANCHES, { ...at, elapsedMs: 500 });
    expect(other?.props.data).toBe(one?.props.data);
    expect(other?.props.extensions).toBe(one?.props.extensions);
  });
});
