/** Numbers in forms: what they may be, and what is wrong with what was typed. */
export interface NumberRule {
  label: string;
  unit?: string;
  help?: string;
  min?: number;
  max?: number;
  /** The lowest value itself is not allowed. */
  isAboveMin?: boolean;
  isInteger?: boolean;
  isRequired?: boolean;
  /** What the API takes per what is typed, such as km/h per mph. */
  factor?: number;
}

export interface Parsed {
  /** As the API takes it; null: nothing was typed, or not a number that is allowed. */
  value: number | null;
  fault: string | null;
}

const FORMAT = new Intl.NumberFormat('en-US', { maximumFractionDigits: 6 });

export function rangeWords({ min, max, isAboveMin = false }: NumberRule): string | null {
  if (min !== undefined && max !== undefined) return `${isAboveMin ? 'above ' : ''}${FORMAT.format(min)} to ${FORMAT.format(max)}`;
  if (min !== undefined) return isAboveMin ? `above ${FORMAT.format(min)}` : `${FORMAT.format(min)} or more`;
  return max === undefined ? null : `up to ${FORMAT.format(max)}`;
}

export function parseNumber(text: string, rule: NumberRule): Parsed {
  const typed = text.trim().replaceAll(',', '');
  if (typed === '') return { value: null, fault: rule.isRequired === true ? 'Needed' : null };
  const value = Number(typed);
  if (!Number.isFinite(value)) return { value: null, fault: 'Must be a number' };
  if (rule.isInteger === true && !Number.isInteger(value)) return { value: null, fault: 'Must be a whole number' };
  const { min = -Infinity, max = Infinity, isAboveMin = false } = rule;
  if (value < min || value > max || (isAboveMin && value === min)) return { value: null, fault: `Allowed: ${rangeWords(rule) ?? ''}` };
  return { value: value * (rule.factor ?? 1), fault: null };
}

/** A number of the API as it is typed; six significant digits of what a factor makes of it. */
export function typed(value: number | null, factor = 1): string {
  if (value === null) return '';
  return factor === 1 ? String(value) : String(Number((value / factor).toPrecision(6)));
}

/** Ids separated by commas, spaces or lines. */
export function parseIds(text: string): string[] {
  return [...new Set(text.split(/[\s,;]+/).filter((each) => each !== ''))];
}

export const RULES = {
  speed: { label: 'Mean speed on the road', min: 0, isAboveMin: true },
  samples: { label: 'Draws of the repair times', min: 1, max: 5000, isInteger: true, isRequired: true },
  seed: { label: 'Seed', help: 'The same seed draws the same.', min: 0, max: 2 ** 32 - 1, isInteger: true, isRequired: true },
  detour: { label: 'Road longer than the straight line by', unit: '× its length', min: 0, isRequired: true },
} as const satisfies Record<string, NumberRule>;
