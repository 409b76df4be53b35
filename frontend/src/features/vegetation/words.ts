import { formatNumber, formatQuantity, humanize, plural, UNKNOWN } from '../../lib/format';
import { formatMetres } from '../../lib/units';
import type { UnitSystem } from '../../lib/units';

import type { Span, TreeRisk } from './queries';

type Maybe = number | null | undefined;

/** `2.4 y`; `now` where it is so already. */
export function yearsWords(years: Maybe): string {
  if (years == null) return UNKNOWN;
  if (years === 0) return 'now';
  return formatQuantity(years, 'y', years < 10 ? 1 : 0);
}

/** `1.2 m inside`, `3.4 m off`: how a tree stands to the clearance. */
export function clearanceWords(deficitM: Maybe, units: UnitSystem): string {
  if (deficitM == null) return UNKNOWN;
  return deficitM >= 0 ? `${formatMetres(deficitM, units, 1)} inside` : `${formatMetres(-deficitM, units, 1)} off`;
}

/** Small and large figures alike: `0.004`, `18.4`, `1,240`. */
export function figure(value: Maybe): string {
  if (value == null) return UNKNOWN;
  const size = Math.abs(value);
  if (size === 0 || size >= 100) return formatNumber(value);
  if (size >= 10) return formatNumber(value, 1);
  if (size >= 0.1) return formatNumber(value, 2);
  return size < 0.001 ? value.toExponential(1) : formatNumber(value, 4);
}

/** Money of a year, `$12,300`; a dash where it is not known. */
export function dollars(value: Maybe): string {
  return value == null ? UNKNOWN : `$${formatNumber(value)}`;
}

/** How often, as people say it: `once in 420 years`. */
export function onceIn(perYear: Maybe): string {
  if (perYear == null) return UNKNOWN;
  if (perYear === 0) return 'never';
  return perYear >= 1 ? `${formatNumber(perYear, 1)} a year` : `once in ${figure(1 / perYear)} years`;
}

/** Why a span has its rank, in sentences. */
export function spanReasons(span: Span, units: UnitSystem): string[] {
  const reasons: string[] = [];
  if (span.encroachingCount > 0) {
    const depth = span.clearanceDeficitM == null ? '' : `, the deepest by ${formatMetres(span.clearanceDeficitM, units, 1)}`;
    reasons.push(`${plural(span.encroachingCount, 'tree')} within the clearance of ${formatMetres(span.clearanceM, units, 1)}${depth}.`);
  } else if (span.earliestYears != null) {
    reasons.push(`The first tree comes within the clearance of ${formatMetres(span.clearanceM, units, 1)} in ${yearsWords(span.earliestYears)}.`);
  }
  if (span.strikingCount > 0) {
    const often = span.strikesPerYear == null ? '' : `, together expected ${onceIn(span.strikesPerYear)}`;
    reasons.push(`${plural(span.strikingCount, 'tree')} can fall on it${often}.`);
  }
  if (span.customers == null) {
    reasons.push(
      span.lineKind === 'BRANCH'
        ? 'Whose supply hangs on a transmission line cannot be said: the system is meshed. A cascade run tells what its loss means.'
        : 'Which switch would open, and so how many customers it would cost, is not known.',
    );
  } else {
    const minutes = span.outageMin == null ? '' : ` for about ${formatQuantity(span.outageMin, 'min', 0)}`;
    reasons.push(`A fault opens ${span.deviceId ?? 'a switch'}: ${plural(span.customers, 'customer')} without supply${minutes}.`);
  }
  if (span.isRouteApproximate) {
    reasons.push('Its route is a straight line between substations and no real corridor: which trees are near it is uncertain.');
  }
  return reasons;
}

export function treeName(tree: Pick<TreeRisk, 'commonName' | 'species' | 'assetId'>): string {
  return tree.commonName ?? tree.species ?? `Tree ${tree.assetId}`;
}

const STEP_NAMES: Readonly<Record<string, string>> = {
  distance_m: 'Distance',
  reach_m: 'Reach to the conductor',
  overstrike_m: 'Overstrike',
  years_to_encroachment: 'Years to encroachment',
  customer_minutes_per_year: 'Customer-minutes a year',
};

/** The name of a step of an explanation: `lowest_m` to `Lowest`. */
export function stepName(name: string): string {
  return STEP_NAMES[name] ?? humanize(name.replace(/_(m|kv|min|deg)$/, '').replace(/_m_per_year$/, ' per year'));
}

/** A value of an explanation; lengths in the units of the reader. */
export function stepValue(step: { value?: number | null; unit?: string | null }, units: UnitSystem): string {
  if (step.value == null) return UNKNOWN;
  if (step.unit === 'm') return formatMetres(step.value, units, 2);
  const text = figure(step.value);
  return step.unit == null || step.unit === '' ? text : `${text}\u00a0${step.unit}`;
}
