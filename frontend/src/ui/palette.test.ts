import { describe, expect, it } from 'vitest';

import { COLOURS } from './palette';

/** Contrast of two colours by WCAG 2.2 (relative luminance of sRGB). */
function contrast(one: string, other: string): number {
  const luminance = (hex: string): number => {
    const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
      const part = parseInt(hex.slice(at, at + 2), 16) / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [high = 0, low = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}

it('contrast is that of the standard', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 9);
  expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
});

describe.each(['dark', 'light'] as const)('%s colours', (scheme) => {
  const { surface, signal } = COLOURS[scheme];
  const grounds = { page: surface.page, panel: surface.panel, raised: surface.raised };
  it.each(Object.entries({ text: surface.text, muted: surface.muted, ...signal }))('%s can be read', (_name, colour) => {
    for (const ground of Object.values(grounds)) expect(contrast(colour, ground)).toBeGreaterThanOrEqual(4.5);
  });
});
