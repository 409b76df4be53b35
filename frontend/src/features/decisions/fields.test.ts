import { describe, expect, it } from 'vitest';

import { parseIds, parseNumber, typed } from './fields';
import { differences } from './frozen';
import { formatHours } from './words';

describe('numbers that are typed', () => {
  it('are taken in the unit of the API', () => {
    expect(parseNumber('50', { label: 'Speed', factor: 1.609344, min: 0, isAboveMin: true })).toEqual({ value: 80.4672, fault: null });
    expect(parseNumber('1,250,000', { label: 'Budget' }).value).toBe(1_250_000);
    expect(typed(80.4672, 1.609344)).toBe('50');
    expect(typed(0.07, 0.01)).toBe('7');
  });

  it('say what is wrong, and empty is unknown and no 0', () => {
    const crews = { label: 'Crews', min: 1, max: 2000, isInteger: true };
    expect(parseNumber(' ', crews)).toEqual({ value: null, fault: null });
    expect(parseNumber('', { ...crews, isRequired: true }).fault).toBe('Needed');
    expect(parseNumber('2.5', crews).fault).toBe('Must be a whole number');
    expect(parseNumber('2001', crews)).toEqual({ value: null, fault: 'Allowed: 1 to 2,000' });
    expect(parseNumber('1', { label: 'Factor', min: 1, max: 10, isAboveMin: true }).fault).toBe('Allowed: above 1 to 10');
    expect(parseNumber('ten', crews).fault).toBe('Must be a number');
  });

  it('lists of ids have each once', () => {
    expect(parseIds(' SUB-1, SUB-2;SUB-1\nSUB-3 ')).toEqual(['SUB-1', 'SUB-2', 'SUB-3']);
  });
});

describe('hours in words', () => {
  it('are minutes below one', () => {
    expect([formatHours(0.5), formatHours(3)]).toEqual(['30\u00a0min', '3\u00a0h']);
  });
});

describe('inputs of two studies', () => {
  it('differ by place', () => {
    expect(differences({ a: 1, b: { c: 'x', d: [1] } }, { a: 1, b: { c: 'y', d: [1, 2] }, e: true })).toEqual([
      { name: 'b.c', first: '"x"', second: '"y"' },
      { name: 'b.d', first: '[1]', second: '[1,2]' },
      { name: 'e', first: 'not given', second: 'true' },
    ]);
  });
});
