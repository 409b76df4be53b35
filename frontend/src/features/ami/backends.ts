/** Which store answered a question, and how old its answer is: `extensions.backends`. */
import { formatAge } from '../../lib/format';

export interface Backend {
  field: string;
  backend: string;
  fallbackReason: string | null;
  ageS: number | null;
  isStale: boolean;
}

/** The entry of a root field; null if the answer has none, as one from the cache of this page. */
export function backendOf(extensions: unknown, field: string): Backend | null {
  const list = recordOf(extensions)?.backends;
  if (!Array.isArray(list)) return null;
  const entry = list.map(recordOf).find((each) => each?.field === field);
  if (entry == null || typeof entry.backend !== 'string') return null;
  return {
    field,
    backend: entry.backend,
    fallbackReason: typeof entry.fallbackReason === 'string' ? entry.fallbackReason : null,
    ageS: typeof entry.ageS === 'number' ? entry.ageS : null,
    isStale: entry.isStale === true,
  };
}

function recordOf(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
}

const NAMES: Readonly<Record<string, string>> = {
  warehouse: 'From the warehouse',
  postgis: 'From the cache',
  'result-cache': 'Kept answer of the warehouse',
};

/** `Kept answer of the warehouse, made 3 min ago; the readings have changed since`. */
export function toldOf({ backend, ageS, isStale, fallbackReason }: Backend): string {
  const age = ageS === null ? '' : backend === 'result-cache' ? `, made ${formatAge(ageS)} ago` : `, ${formatAge(ageS)} old`;
  const stale = isStale ? '; the readings may have changed since' : '';
  const reason = fallbackReason === null ? '' : ` (${fallbackReason})`;
  return `${NAMES[backend] ?? `From ${backend}`}${age}${stale}${reason}`;
}
