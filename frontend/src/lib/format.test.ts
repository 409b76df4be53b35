import { describe, expect, it } from 'vitest';

import {
  ageSeconds,
  formatAge,
  formatDuration,
  formatInstant,
  formatNumber,
  formatQuantity,
  humanize,
  plural,
  UNKNOWN,
} from './format';

const NBSP = '\u00a0';

describe('numbers', () => {
  it.each([null, undefined, Number.NaN, Infinity])('show %s as unknown, never as zero', (value) => {
    expect(formatNumber(value)).toBe(UNKNOWN);
    expect(formatQuantity(value, 'MW')).toBe(UNKNOWN);
  });

  it('group thousands and keep the asked decimals', () => {
    expect(formatNumber(1234567.891, 2)).toBe('1,234,567.89');
    expect(formatNumber(0)).toBe('0');
  });

  it('never show a negative zero', () => {
    expect(formatNumber(-0.04, 1)).toBe('0.0');
    expect(formatNumber(-0.4)).toBe('0');
    expect(formatNumber(-0.06, 1)).toBe('-0.1');
  });

  it.each([
    [0, 'MW', '0'],
    [0.4213, 'MW', '0.42'],
    [7.345, 'MW', '7.35'],
    [73.45, 'MW', '73.5'],
    [1240.6, 'MW', '1,241'],
  ])('keep about three digits: %s %s', (value, unit, text) => {
    expect(formatQuantity(value, unit)).toBe(`${text}${NBSP}${unit}`);
  });

  it('set percent close and leave out an empty unit', () => {
    expect(formatQuantity(45.05, '%', 1)).toBe('45.1%');
    expect(formatQuantity(3, '')).toBe('3');
  });
});

describe('times', () => {
  it.each([
    [-5, '0 s'],
    [59.9, '59 s'],
    [60, '1 min'],
    [3_599, '59 min'],
    [3_600, '1 h'],
    [172_799, '47 h'],
    [172_800, '2 d'],
  ])('show an age of %s s in its largest whole unit', (age, text) => {
    expect(formatAge(age)).toBe(text.replace(' ', NBSP));
  });

  it('know no age without a valid instant', () => {
    expect(ageSeconds(null, 0)).toBeNull();
    expect(ageSeconds('yesterday', 0)).toBeNull();
    expect(ageSeconds('1970-01-01T00:00:10Z', 70_000)).toBe(60);
    expect(formatAge(null)).toBe(UNKNOWN);
  });

  it('show an instant in the territory’s time zone', () => {
    expect(formatInstant('2026-01-15T18:05:00Z', 'America/Chicago')).toBe('Jan 15, 2026, 12:05');
    expect(formatInstant('2026-07-15T05:05:00Z', 'America/Chicago')).toBe('Jul 15, 2026, 00:05');
    expect(formatInstant(undefined)).toBe(UNKNOWN);
    expect(formatInstant('not a time')).toBe(UNKNOWN);
  });

  it.each([
    [83.4, '83 ms'],
    [12_400, '12.4 s'],
    [185_000, '3 min 05 s'],
  ])('show a duration of %s ms', (ms, text) => {
    expect(formatDuration(ms).replaceAll(NBSP, ' ')).toBe(text);
  });
});

describe('words', () => {
  it.each([
    ['LINE_CLASS', 'Line class'],
    ['postgis', 'Postgis'],
    ['trippedCount', 'Tripped count'],
    ['shed_mw', 'Shed MW'],
  ])('turn %s into %s', (code, text) => {
    expect(humanize(code)).toBe(text);
  });

  it('count one and many', () => {
    expect(plural(1, 'branch', 'branches')).toBe('1 branch');
    expect(plural(1200, 'run')).toBe('1,200 runs');
    expect(plural(0, 'run')).toBe('0 runs');
  });
});
