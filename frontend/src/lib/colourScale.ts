/** Colours of a layer from the legend the server gives with it. */

export type Rgb = readonly [number, number, number];

export interface LegendEntry {
  label: string;
  /** `#rrggbb`. */
  color: string;
  /** Lower bound of a class of numbers, inclusive. */
  minimum?: number | null;
  /** The value it stands for, where it is no class of numbers. */
  value?: string | null;
}

export interface ColourClass {
  label: string;
  colour: Rgb;
}

/** For values the legend says nothing of. */
export const UNKNOWN_CLASS: ColourClass = { label: 'unknown', colour: [104, 118, 130] };

export function parseHex(text: string): Rgb | null {
  const match = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(text);
  if (match === null) return null;
  return [parseInt(match[1] ?? '', 16), parseInt(match[2] ?? '', 16), parseInt(match[3] ?? '', 16)];
}

function classOf(entry: LegendEntry): ColourClass {
  return { label: entry.label, colour: parseHex(entry.color) ?? UNKNOWN_CLASS.colour };
}

/** Class of a number: the entry with the highest lower bound it reaches. */
export function numberScale(legend: readonly LegendEntry[]): (value: number) => ColourClass {
  const steps = legend
    .flatMap((entry) => (typeof entry.minimum === 'number' ? [{ minimum: entry.minimum, class: classOf(entry) }] : []))
    .sort((a, b) => b.minimum - a.minimum);
  return (value) => steps.find((step) => value >= step.minimum)?.class ?? UNKNOWN_CLASS;
}

/** Class of a text: the entry that stands for it. */
export function valueScale(legend: readonly LegendEntry[]): (value: string | null | undefined) => ColourClass {
  const classes = new Map(
    legend.flatMap((entry) => (typeof entry.value === 'string' ? [[entry.value, classOf(entry)] as const] : [])),
  );
  return (value) => classes.get(value ?? '') ?? UNKNOWN_CLASS;
}

/** The one colour of a layer whose legend has a single entry. */
export function singleColour(legend: readonly LegendEntry[]): Rgb {
  const first = legend[0];
  return first === undefined ? UNKNOWN_CLASS.colour : classOf(first).colour;
}
