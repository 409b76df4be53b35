import { formatInstant, formatNumber, humanize, plural } from '../../lib/format';
import type { UnitSystem } from '../../lib/units';
import { formatAirTemperature, formatRain, formatWind } from '../../lib/units';

import type { PastStorms, ReplayedOutage, StormWeather } from './queries';
import type { Moment } from './timeline';

export function instantOf(atMs: number, timeZone: string): string {
  return formatInstant(new Date(atMs).toISOString(), timeZone);
}

/** The rule that tells storm days, with what it rests on, or why there is none. */
export function ruleWords({ threshold, dayCount, firstDay, lastDay, reason }: PastStorms['rule']): string {
  if (threshold == null) return reason ?? 'Why there is no rule is not known.';
  return (
    `A day is a storm day when more than ${formatNumber(threshold, 1)} unplanned outages begin on it: the rule of IEEE Std 1366 ` +
    `(exp(α + 2.5 β)) over ${plural(dayCount, 'day')} with outages from ${firstDay} to ${lastDay}.`
  );
}

export function daysWords({ firstDay, lastDay }: { firstDay: string; lastDay: string }): string {
  return firstDay === lastDay ? firstDay : `${firstDay} to ${lastDay}`;
}

export function unknownWords(count: number): string | null {
  return count === 0 ? null : `and ${plural(count, 'outage')} with unknown customers`;
}

export function causeWords({ causeCode }: Pick<ReplayedOutage, 'causeCode'>): string {
  return causeCode == null ? 'cause not known' : humanize(causeCode).toLowerCase();
}

export function weatherWords(hour: StormWeather | null, units: UnitSystem): string {
  if (hour === null) return 'No weather of this hour is on record.';
  return `Wind ${formatWind(hour.windSpeedMps, units)}, up to ${formatWind(hour.windSpeedMaxMps, units)} · ${formatAirTemperature(hour.temperatureC, units)} · rain ${formatRain(hour.precipitationMm, units)}`;
}

/** A moment in a sentence, for those who do not see the map. */
export function momentWords(moment: Moment, atMs: number, timeZone: string): string {
  const unknown = unknownWords(moment.unknownCount);
  return (
    `${instantOf(atMs, timeZone)}: ${plural(moment.customersOut, 'customer')} out in ${plural(moment.active.length, 'outage')}` +
    `${unknown === null ? '' : ` (${unknown})`}, ${plural(moment.restored, 'customer')} restored so far.`
  );
}
