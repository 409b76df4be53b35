import axe from 'axe-core';

/** Rules that need layout or a whole page; the browser tests check those. */
const NOT_IN_JSDOM = { 'color-contrast': { enabled: false }, region: { enabled: false } };

/** Accessibility faults of an element, one line each; empty if there are none. */
export async function accessibilityFaults(element: Element): Promise<string[]> {
  const { violations } = await axe.run(element, { rules: NOT_IN_JSDOM });
  return violations.flatMap((violation) => violation.nodes.map((node) => `${violation.id}: ${node.html}`));
}
