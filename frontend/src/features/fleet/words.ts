/** Words for evidence, reasons and actions. */
import { formatNumber, formatQuantity, humanize } from '../../lib/format';

import type { Contribution } from './queries';

const EVIDENCE: Readonly<Record<string, string>> = {
  AGE: 'Age',
  MEMBERS: 'Its assets',
  LOADING: 'Highest loading of a year',
  AGEING: 'Ageing of its insulation',
  INSPECTION: 'Inspection',
  WORK_ORDERS: 'Open orders to repair or replace it',
  FAULTS: 'Faults in five years',
  MAKE: 'Make',
  VOLTAGE: 'Voltage',
  SEASON: 'Time of the year',
};

export function evidenceWords(evidence: string): string {
  return EVIDENCE[evidence] ?? humanize(evidence);
}

/** The evidence itself, with what it is; `not known` where it is not. */
export function evidenceValue({ evidence, value, unit, isKnown }: Contribution): string {
  if (!isKnown || value == null) return 'not known';
  switch (evidence) {
    case 'AGE':
      return formatQuantity(value, 'years', 0);
    case 'LOADING':
      return formatQuantity(value, '%', 0);
    case 'INSPECTION':
      return `condition ${formatNumber(value)} of 5`;
    case 'AGEING':
      return `${formatFactor(value)} of normal`;
    case 'MEMBERS':
      return `mean score ${formatNumber(value, 1)}`;
    case 'WORK_ORDERS':
      return formatNumber(value);
    default:
      // Of a circuit faults are per 10 km and year: no whole number.
      return `${formatQuantity(value, '')} ${unit === '' || evidence === 'FAULTS' ? '' : unit}`.trim();
  }
}

/** An ageing factor: of a cool transformer a few thousandths, which must not read as none. */
export function formatFactor(value: number | null | undefined): string {
  if (value == null || value === 0 || value >= 0.1) return formatQuantity(value, '');
  return value < 0.0001 ? 'below 0.0001' : formatNumber(value, 4);
}

export function signed(value: number, digits: number): string {
  const text = formatNumber(Math.abs(value), digits);
  if (Number(text.replaceAll(',', '')) === 0) return text;
  return value > 0 ? `+${text}` : `−${text}`;
}

const REASONS_SHOWN = 3;

/** What takes most points, the strongest first; a hundredth of a point says nothing. */
export function reasons(contributions: readonly Contribution[]): string[] {
  return contributions
    .filter((each) => each.isKnown && each.points <= -0.05)
    .sort((a, b) => a.points - b.points)
    .slice(0, REASONS_SHOWN)
    .map((each) => `${evidenceWords(each.evidence)} (${evidenceValue(each)}) ${signed(each.points, 1)}`);
}

const NO_INDEX: Readonly<Record<string, string>> = {
  NO_AGE_OR_INSPECTION: 'neither its age nor an inspection is on record',
  NO_MEMBERS: 'none of its assets has an index',
};

export function noIndexWords(reason: string | null | undefined): string {
  return reason == null ? 'no reason given' : (NO_INDEX[reason] ?? humanize(reason).toLowerCase());
}

const FEATURES: Readonly<Record<string, readonly [words: string, unit: string, digits: number]>> = {
  age_years: ['Age of the unit', 'years', 1],
  rated_kva: ['Rating', 'kVA', 0],
  is_three_phase: ['Three phases (1) or one (0)', '', 0],
  is_on_pole: ['On a pole (1) or on the ground (0)', '', 0],
  primary_kv: ['Voltage of the circuit', 'kV', 1],
  is_natural_ester: ['Natural ester (1) or mineral oil (0)', '', 0],
  maker_failure_ratio: ['Failures of the maker’s units before, over the mean', '', 2],
  batch_failure_ratio: ['Failures of its batch before, over the mean', '', 2],
  customer_count: ['Customers behind it', '', 0],
  peak_loading_pct: ['Highest hourly load of a year', '%', 0],
  mean_loading_pct: ['Mean load of a year', '%', 0],
  over_100_h_per_year: ['Hours above 100 % in a year', 'h', 0],
  over_120_h_per_year: ['Hours above 120 % in a year', 'h', 0],
  over_150_h_per_year: ['Hours above 150 % in a year', 'h', 0],
  peak_hot_spot_c: ['Highest hot spot', '°C', 0],
  ageing_factor: ['Mean ageing factor of the insulation', '', 2],
  life_used_frac: ['Insulation life used up', '', 2],
  mean_voltage_pu: ['Mean voltage at the primary', 'pu', 3],
  repairs_per_year: ['Own faults repaired in a year', '', 2],
  lightning_per_year: ['Own faults by lightning in a year', '', 2],
  other_faults_per_year: ['Own faults by animals, trees, vehicles in a year', '', 2],
  circuit_faults_per_year: ['Outages of its circuit’s lines in a year', '', 2],
  circuit_lightning_per_year: ['Of these by lightning', '', 2],
  circuit_momentaries_per_year: ['Reclosings of its circuit in a year', '', 1],
  condition_code: ['Condition at the newest inspection, 1 to 5', '', 0],
  inspection_age_years: ['Years since that inspection', '', 1],
  season_sine: ['Time of the year (sine)', '', 2],
  season_cosine: ['Time of the year (cosine)', '', 2],
};

export function featureWords(feature: string): string {
  return FEATURES[feature]?.[0] ?? humanize(feature);
}

export function featureValue(feature: string, value: number | null | undefined): string {
  if (value == null) return 'not known';
  const [, unit, digits] = FEATURES[feature] ?? ['', '', undefined];
  return formatQuantity(value, unit, digits);
}

/** A chance given as a fraction; small ones keep their digits. */
export function formatChance(fraction: number | null | undefined): string {
  if (fraction == null) return formatQuantity(null, '%');
  const percent = fraction * 100;
  return formatQuantity(percent, '%', percent < 1 ? 2 : 1);
}
