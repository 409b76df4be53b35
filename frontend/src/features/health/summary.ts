import { formatAge, humanize } from '../../lib/format';
import type { LinkState } from '../../lib/graphql/subscriptions';

interface Service {
  name: string;
  isUp: boolean;
}

export type Tone = 'good' | 'warn' | 'bad' | 'unknown';

export interface Summary {
  label: string;
  tone: Tone;
}

/** The state of the services in one line; services that are down are named. */
export function summarize(status: string, services: readonly Service[]): Summary {
  const down = services.filter((service) => !service.isUp).map((service) => humanize(service.name));
  const named = down.length > 0 ? `: ${down.join(', ')}` : '';
  if (status === 'OK') return { label: 'All services up', tone: 'good' };
  if (status === 'DEGRADED') return { label: `Degraded${named}`, tone: 'warn' };
  return { label: `Down${named}`, tone: 'bad' };
}

/** Whether changes arrive by themselves. `isLost`: the socket has been away for longer than a moment. */
export function liveSummary(link: LinkState, isLost: boolean): Summary {
  if (link === 'connected') return { label: 'Live', tone: 'good' };
  if (isLost) return { label: 'Reconnecting', tone: 'bad' };
  if (link === 'idle') return { label: 'Nothing followed', tone: 'unknown' };
  return { label: 'Connecting', tone: 'unknown' };
}

/** When the layer that waits longest was last known to equal its source, which says nothing of how new that is. */
export function syncSummary(oldestS: number | null, isTooOld: boolean): Summary {
  if (oldestS === null) return { label: 'Data age unknown', tone: 'unknown' };
  const label = `Synced ${formatAge(oldestS)} ago`;
  return isTooOld ? { label: `${label}: too old`, tone: 'warn' } : { label, tone: 'good' };
}

/** How old the newest readings are. */
export function readingText(ageS: number | null): string {
  return ageS === null ? 'age of the newest reading unknown' : `newest reading ${formatAge(ageS)} old`;
}

const ORDER: readonly Tone[] = ['good', 'unknown', 'warn', 'bad'];

export function worst(tones: readonly Tone[]): Tone {
  return tones.reduce((found, tone) => (ORDER.indexOf(tone) > ORDER.indexOf(found) ? tone : found), 'good');
}
