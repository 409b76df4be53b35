import { humanize, UNKNOWN } from '../../lib/format';

/** Colour of a status in the theme: what waits for somebody stands out. */
const OUTAGE_COLOURS: Readonly<Record<string, 'error' | 'warning' | 'info' | 'primary' | 'success' | 'default'>> = {
  PREDICTED: 'warning',
  CONFIRMED: 'error',
  ASSIGNED: 'primary',
  IN_PROGRESS: 'primary',
  RESTORED: 'success',
};

export function outageColour(status: string) {
  return OUTAGE_COLOURS[status] ?? 'default';
}

const CREW_COLOURS: Readonly<Record<string, string>> = {
  AVAILABLE: 'success.main',
  ASSIGNED: 'primary.main',
  ON_SITE: 'warning.main',
};

export function crewColour(status: string): string {
  return CREW_COLOURS[status] ?? 'text.secondary';
}

export function causeWords(outage: { causeCode?: string | null }): string {
  return outage.causeCode == null ? 'cause not known yet' : humanize(outage.causeCode).toLowerCase();
}

const BASES: Readonly<Record<string, string>> = {
  OWN_RESTORATIONS: 'from the utility’s own restorations',
  OWN_REPAIRS: 'from the utility’s own hours of work',
  PUBLISHED_REPAIRS: 'from published repair times',
};

export function basisWords(estimate: { basis: string; sampleCount?: number | null; kind: string }): string {
  const sample = estimate.sampleCount == null ? '' : ` (${estimate.sampleCount} of them)`;
  return `${BASES[estimate.basis] ?? humanize(estimate.basis)}${sample}, for a ${humanize(estimate.kind).toLowerCase()}`;
}

/** A moment for a narrow column: `Nov 27, 13:37`, with its year where that is another one. */
export function shortInstant(at: string, nowMs: number, timeZone: string): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return UNKNOWN;
  const yearOf = (when: Date): string => new Intl.DateTimeFormat('en-US', { year: 'numeric', timeZone }).format(when);
  const isOtherYear = yearOf(date) !== yearOf(new Date(nowMs));
  return new Intl.DateTimeFormat('en-US', {
    month: 'short',
    day: 'numeric',
    year: isOtherYear ? 'numeric' : undefined,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone,
  }).format(date);
}
