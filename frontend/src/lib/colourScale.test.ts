import { describe, expect, it } from 'vitest';

import { numberScale, parseHex, singleColour, UNKNOWN_CLASS, valueScale } from './colourScale';

const VOLTAGES = [
  { label: '500 kV', color: '#f2c14e', minimum: 400 },
  { label: '138 kV', color: '#4fb0a5', minimum: 130 },
  { label: 'below', color: '#8a99a8', minimum: 0 },
];

describe('a legend as a colour scale', () => {
  it.each([
    [500, '500 kV'],
    [400, '500 kV'],
    [399.9, '138 kV'],
    [130, '138 kV'],
    [129, 'below'],
    [0, 'below'],
  ])('puts %s into the class whose lower bound it reaches: %s', (value, label) => {
    expect(numberScale(VOLTAGES)(value).label).toBe(label);
    expect(numberScale([...VOLTAGES].reverse())(value).label).toBe(label);
  });

  it('calls NaN and what no class covers unknown', () => {
    expect(numberScale(VOLTAGES)(Number.NaN)).toBe(UNKNOWN_CLASS);
    expect(numberScale(VOLTAGES)(-1)).toBe(UNKNOWN_CLASS);
    expect(numberScale([])(5)).toBe(UNKNOWN_CLASS);
  });

  it('looks texts up and calls others unknown', () => {
    const scale = valueScale([{ label: 'Tie', color: '#ffffff', value: 'TIE' }]);
    expect(scale('TIE')).toEqual({ label: 'Tie', colour: [255, 255, 255] });
    expect(scale('FUSE')).toBe(UNKNOWN_CLASS);
    expect(scale(null)).toBe(UNKNOWN_CLASS);
  });

  it('reads six-digit hex colours only', () => {
    expect(parseHex('#0A10ff')).toEqual([10, 16, 255]);
    expect(parseHex('red')).toBeNull();
    expect(singleColour([{ label: 'Pole', color: 'red' }])).toEqual(UNKNOWN_CLASS.colour);
    expect(singleColour([])).toEqual(UNKNOWN_CLASS.colour);
  });
});
