import { formatInstant } from '../../lib/format';

import type { Bucket, Group } from './address';
import { dayOf, formatDay } from './days';
import { formatShare } from './energy';

export const GROUP_WORDS: Readonly<Record<Group, string>> = {
  ZONE: 'Load zone',
  SUBSTATION: 'Substation',
  CIRCUIT: 'Circuit',
  TRANSFORMER: 'Transformer',
  METER: 'Meter',
  CITY: 'City',
  CUSTOMER_CLASS: 'Customer class',
};

export const BUCKET_WORDS: Readonly<Record<Bucket, string>> = { HOUR: 'Hour', DAY: 'Day', MONTH: 'Month' };

/** When a span begins, as precisely as its length asks for. */
export function formatSpan(start: string, bucket: Bucket, timeZone: string | undefined): string {
  if (bucket === 'HOUR') return formatInstant(start, timeZone);
  if (bucket === 'DAY') return formatDay(dayOf(start, timeZone));
  return new Intl.DateTimeFormat('en-US', { month: 'short', year: 'numeric', timeZone }).format(new Date(start));
}

/** The same, short enough for an axis. */
export function axisSpan(start: string | number, bucket: Bucket, timeZone: string | undefined): string {
  const at = new Date(start);
  if (bucket === 'MONTH') return new Intl.DateTimeFormat('en-US', { month: 'short', year: '2-digit', timeZone }).format(at);
  return new Intl.DateTimeFormat('en-US', { month: 'short', day: 'numeric', timeZone }).format(at);
}

/** The start of a span for a file: the local day, or the instant. */
export function spanForFile(start: string, bucket: Bucket, timeZone: string | undefined): string {
  if (bucket === 'HOUR') return start;
  const day = dayOf(start, timeZone);
  return bucket === 'DAY' ? day : day.slice(0, 7);
}

/** `at least ` where energy may be missing. */
export function boundWord(isPartial: boolean, isKnown: boolean): string {
  return isPartial && isKnown ? 'at least ' : '';
}

export function formatCoverage(coveragePct: number | null | undefined): string {
  return coveragePct == null ? 'coverage not known' : `${formatShare(coveragePct, 1)} metered`;
}
