import { formatNumber } from '../../../lib/format';

import { listAt, numberAt, readAt, textAt, writeAt } from './document';
import type { ScenarioDocument } from './document';

/** A number of a scenario, as it is typed: `shown = stored · factor`. Bounds are of what is shown. */
export interface NumberSetting {
  place: string;
  label: string;
  unit: string;
  lowest: number;
  highest: number;
  /** What holds where the document says nothing; null: nothing does. */
  fallback: number | null;
  factor: number;
  help: string;
  isWhole?: boolean;
  /** An empty field is no fault: then the document says nothing. */
  isOptional?: boolean;
  /** It must be above its lowest bound of zero, not at it. */
  isPositive?: boolean;
}

const MULTIPLIER = { unit: '×', lowest: 1e-6, highest: 1e6, fallback: 1, factor: 1, isPositive: true };
const SHARE = { unit: '%', lowest: 0, highest: 100, factor: 100 };

export const LOAD_MULTIPLIER: NumberSetting = {
  ...MULTIPLIER,
  place: 'load.multiplier',
  label: 'Load multiplier',
  help: 'Factor on every load of the planning case',
};
export const RATING_MULTIPLIER: NumberSetting = {
  ...MULTIPLIER,
  place: 'rating_multiplier',
  label: 'Rating multiplier',
  help: 'Factor on every rating',
};
export const DEMAND: NumberSetting = {
  place: 'load.demand_mw',
  label: 'Demand',
  unit: 'MW',
  lowest: 0.001,
  highest: 1e7,
  fallback: null,
  factor: 1,
  help: 'Of the whole interconnection; the planning case is scaled to it',
};
export const TRIP_THRESHOLD: NumberSetting = {
  place: 'options.trip_threshold_frac',
  label: 'A branch is overloaded from',
  unit: '% of rating',
  lowest: 1,
  highest: 10_000,
  fallback: 1,
  factor: 100,
  help: '100 is the rating; 115 a usual emergency rating',
};
export const TOLERANCE: NumberSetting = {
  place: 'options.overload_tolerance_frac',
  label: 'Tolerance of overloads',
  unit: '%',
  lowest: 0,
  highest: 100,
  fallback: 1e-6,
  factor: 100,
  help: 'Keeps a flow equal to its limit from tripping',
};
export const MAX_WAVES: NumberSetting = {
  place: 'options.max_waves',
  label: 'Stop after',
  unit: 'waves',
  lowest: 0,
  highest: 1e6,
  fallback: null,
  factor: 1,
  help: 'Empty: to the end',
  isWhole: true,
  isOptional: true,
};
export const SEED: NumberSetting = {
  place: 'seed',
  label: 'Seed',
  unit: '',
  lowest: 0,
  highest: Number.MAX_SAFE_INTEGER,
  fallback: 0,
  factor: 1,
  help: 'The same seed draws the same',
  isWhole: true,
};
export const DEFECT: NumberSetting = {
  ...SHARE,
  place: 'options.hidden_failures.defect_prob',
  label: 'Branches with a hidden defect',
  fallback: 0.01,
  help: 'Such a branch trips once a neighbour is lost',
};

export const RELAY: readonly NumberSetting[] = [
  {
    place: 'options.relay.overload_frac',
    label: 'Overload',
    unit: '% of rating',
    lowest: 0.1,
    highest: 1000,
    fallback: 0.5,
    factor: 100,
    help: 'Above the threshold; the delay is given for it',
  },
  { place: 'options.relay.delay_s', label: 'Delay', unit: 's', lowest: 0.001, highest: 86_400, fallback: 5, factor: 1, help: 'Borne so long; half the overload twice so long' },
  {
    place: 'options.relay.instant_frac',
    label: 'Trips at once from',
    unit: '% of rating',
    lowest: 100,
    highest: 10_000,
    fallback: null,
    factor: 100,
    help: 'Empty: never at once',
    isOptional: true,
  },
  {
    place: 'options.relay.horizon_s',
    label: 'Operators act after',
    unit: 's',
    lowest: 0,
    highest: 604_800,
    fallback: null,
    factor: 1,
    help: 'The cascade ends then. Empty: never',
    isOptional: true,
  },
];
export const RANDOM_TRIPS: readonly NumberSetting[] = [
  { ...SHARE, place: 'options.random_trips.overloaded_prob', label: 'Overloaded: trips with', fallback: 1, help: 'Chance in each wave' },
  { ...SHARE, place: 'options.random_trips.near_limit_prob', label: 'Near the limit: trips with', fallback: 0.3, help: 'Chance in each wave' },
  { ...SHARE, place: 'options.random_trips.near_limit_frac', label: 'Near the limit from', unit: '% of threshold', fallback: 0.99, help: 'Share of the threshold' },
];
export const RAMP: readonly NumberSetting[] = [
  { place: 'options.ramp.frac_per_min', label: 'Units move by', unit: '% a minute', lowest: 0, highest: 10_000, fallback: 0.05, factor: 100, help: 'Of their capacity' },
  { place: 'options.ramp.window_min', label: 'Time in a wave', unit: 'min', lowest: 0, highest: 1440, fallback: 1, factor: 1, help: '' },
];

/** Which overloaded branches trip: one of four ways. */
export type Tripping = 'ALL' | 'MOST_OVERLOADED' | 'RELAY' | 'RANDOM';

export function trippingOf(document: ScenarioDocument): Tripping {
  if (readAt(document, 'options.relay') != null) return 'RELAY';
  if (readAt(document, 'options.random_trips') != null) return 'RANDOM';
  return readAt(document, 'options.trip_selection') === 'MOST_OVERLOADED' ? 'MOST_OVERLOADED' : 'ALL';
}

export function withTripping(document: ScenarioDocument, way: Tripping): ScenarioDocument {
  const clean = ['options.relay', 'options.random_trips', 'options.trip_selection'].reduce(
    (before, place) => writeAt(before, place, undefined),
    document,
  );
  if (way === 'RELAY') return writeAt(clean, 'options.relay', {});
  if (way === 'RANDOM') return writeAt(clean, 'options.random_trips', {});
  return way === 'ALL' ? clean : writeAt(clean, 'options.trip_selection', way);
}

/** The numbers that count for a document: those of a group that is off do not. */
export function settingsOf(document: ScenarioDocument): NumberSetting[] {
  const form = textAt(document, 'load.form') ?? 'MULTIPLIER';
  const way = trippingOf(document);
  return [
    ...(form === 'DEMAND' ? [DEMAND] : [LOAD_MULTIPLIER]),
    RATING_MULTIPLIER,
    TRIP_THRESHOLD,
    TOLERANCE,
    MAX_WAVES,
    SEED,
    ...(way === 'RELAY' ? RELAY : []),
    ...(way === 'RANDOM' ? RANDOM_TRIPS : []),
    ...(readAt(document, 'options.hidden_failures') == null ? [] : [DEFECT]),
    ...(readAt(document, 'options.ramp') == null ? [] : RAMP),
    ...temperatureSettings(document),
    ...unitSettings(document),
    ...costSettings(document),
  ];
}

export function temperatureSettings(document: ScenarioDocument): NumberSetting[] {
  return listAt(document, 'temperature.points').map((point, i) => ({
    place: `temperature.points.${i}.value`,
    label: textAt(point, 'label') ?? 'Air temperature',
    unit: '°C',
    lowest: -90,
    highest: 60,
    fallback: null,
    factor: 1,
    help: '',
  }));
}

export function unitSettings(document: ScenarioDocument): NumberSetting[] {
  return listAt(document, 'units').map((rule, i) => {
    const below = numberAt(rule, 'below_c');
    const above = numberAt(rule, 'above_c');
    const where = [below === null ? '' : `below ${formatNumber(below)} °C`, above === null ? '' : `above ${formatNumber(above)} °C`].filter((part) => part !== '');
    return {
      ...SHARE,
      place: `units.${i}.available_frac`,
      label: `Available: ${textAt(rule, 'fuel') ?? 'all units'}${where.length === 0 ? '' : `, ${where.join(', ')}`}`,
      unit: '% of capacity',
      fallback: null,
      help: textAt(rule, 'method') === 'DRAW' ? 'Whole units are drawn out' : 'Every unit is lowered',
    };
  });
}

export function costSettings(document: ScenarioDocument): NumberSetting[] {
  return listAt(document, 'unit_costs').map((cost, i) => ({
    place: `unit_costs.${i}.usd_per_mwh`,
    label: textAt(cost, 'fuel') ?? textAt(cost, 'unit_id') ?? 'All other units',
    unit: '$/MWh',
    lowest: -1e5,
    highest: 1e5,
    fallback: null,
    factor: 1,
    help: '',
  }));
}

/** The number as a field shows it; empty where nothing holds. */
export function shownText(document: ScenarioDocument, setting: NumberSetting): string {
  const stored = numberAt(document, setting.place) ?? setting.fallback;
  if (stored === null) return '';
  // 0.07 · 100 is 7.000000000000001 to a computer.
  return String(Number((stored * setting.factor).toPrecision(12)));
}

/** A number as typed: what is stored (null: nothing), or what is wrong with it. */
export function parseSetting(text: string, setting: NumberSetting): { value: number | null } | { problem: string } {
  const trimmed = text.trim();
  if (trimmed === '') return setting.isOptional === true ? { value: null } : { problem: 'Enter a number' };
  const shown = Number(trimmed);
  if (!Number.isFinite(shown)) return { problem: 'Not a number' };
  if (setting.isPositive === true && shown <= 0) return { problem: 'Must be above 0' };
  if (setting.isWhole === true && !Number.isInteger(shown)) return { problem: 'Must be a whole number' };
  if (shown < setting.lowest || shown > setting.highest) return { problem: rangeText(setting) };
  return { value: setting.factor === 1 ? shown : Number((shown / setting.factor).toPrecision(15)) };
}

export function rangeText({ lowest, highest }: NumberSetting): string {
  const write = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 6 });
  return `From ${write(lowest)} to ${write(highest)}`;
}

/** Blocks of shedding as typed, percent by commas: shares, or what is wrong with them. */
export function parseSteps(text: string): { value: number[] } | { problem: string } {
  const parts = text.split(',').map((part) => part.trim());
  const shares = parts.map(Number);
  if (parts.some((part) => part === '') || shares.some((share) => !Number.isFinite(share))) return { problem: 'Percents by commas, such as 5, 10, 10' };
  if (parts.length > 20) return { problem: 'At most 20 blocks' };
  if (shares.some((share) => share <= 0) || shares.reduce((sum, share) => sum + share, 0) > 100) return { problem: 'Each above 0, together at most 100' };
  return { value: shares.map((share) => Number((share / 100).toPrecision(15))) };
}

export function stepsText(document: ScenarioDocument): string {
  const steps = listAt(document, 'options.ufls.steps_frac').filter((step) => typeof step === 'number');
  return (steps.length === 0 ? [0.05, 0.1, 0.1] : steps).map((step) => Number((step * 100).toPrecision(12))).join(', ');
}
