import { describe, expect, it } from 'vitest';

import { LOADING_CLASSES, loadingClass } from './loadingClasses';

describe('loading classes', () => {
  it.each([
    [0, 'light'],
    [59.999, 'light'],
    [60, 'moderate'],
    [79.999, 'moderate'],
    [80, 'heavy'],
    [100, 'heavy'],
    [100.0001, 'overload'],
    [1650, 'overload'],
    [-85, 'heavy'],
  ])('put %s %% into %s', (pct, key) => {
    expect(loadingClass(pct).key).toBe(key);
  });

  it.each([null, undefined, Number.NaN])('call %s unknown, not light', (pct) => {
    expect(loadingClass(pct).key).toBe('unknown');
  });

  it('tell classes apart by width as well as by colour', () => {
    const known = LOADING_CLASSES.filter((entry) => entry.key !== 'unknown');
    const widths = known.map((entry) => entry.widthPx);
    expect(widths).toEqual([...widths].sort((a, b) => a - b));
    expect(new Set(widths).size).toBe(known.length);
    expect(new Set(LOADING_CLASSES.map((entry) => entry.colour.join())).size).toBe(LOADING_CLASSES.length);
  });
});
