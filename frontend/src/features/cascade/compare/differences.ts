import { humanize } from '../../../lib/format';

import type { Comparison } from './queries';

/** A number of two runs beside each other. Unknown is null. */
export interface Difference {
  key: string;
  label: string;
  unit: string;
  digits: number;
  first: number | null;
  second: number | null;
  change: number | null;
}

const LABELS: Readonly<Record<string, { label: string; unit: string; digits: number }>> = {
  total_load_mw: { label: 'Load before', unit: 'MW', digits: 1 },
  base_shed_mw: { label: 'Unserved before the outages', unit: 'MW', digits: 1 },
  initial_shed_mw: { label: 'Lost with the outages', unit: 'MW', digits: 1 },
  total_shed_mw: { label: 'Lost in all', unit: 'MW', digits: 1 },
  served_mw: { label: 'Served at the end', unit: 'MW', digits: 1 },
  tripped_count: { label: 'Branches tripped', unit: '', digits: 0 },
  wave_count: { label: 'Waves', unit: '', digits: 0 },
  islands_alive: { label: 'Islands alive', unit: '', digits: 0 },
  islands_dead: { label: 'Islands dead', unit: '', digits: 0 },
  customers_out: { label: 'Customers out for certain', unit: '', digits: 0 },
};

interface Costs {
  low?: number | null;
  mid?: number | null;
  high?: number | null;
}

/** What differs in numbers: the measures of the server, the elements, and what customers lose where it is known. */
export function differencesOf(comparison: Comparison, costs: { first: Costs; second: Costs } | null): Difference[] {
  const measures = comparison.measures.map((measure): Difference => ({
    key: measure.name,
    ...(LABELS[measure.name] ?? { label: humanize(measure.name), unit: '', digits: 1 }),
    first: measure.first ?? null,
    second: measure.second ?? null,
    change: measure.change ?? null,
  }));
  const only: Difference = {
    key: 'only',
    label: 'Tripped in this run only',
    unit: '',
    digits: 0,
    first: comparison.onlyFirstCount,
    second: comparison.onlySecondCount,
    change: comparison.onlySecondCount - comparison.onlyFirstCount,
  };
  const money = (['low', 'mid', 'high'] as const).map((name): Difference => {
    const [first, second] = [costs?.first[name] ?? null, costs?.second[name] ?? null];
    return {
      key: `cost-${name}`,
      label: `Cost to customers, ${name}`,
      unit: 'USD',
      digits: 0,
      first,
      second,
      change: first === null || second === null ? null : second - first,
    };
  });
  return [...measures, only, ...(costs === null ? [] : money)];
}
