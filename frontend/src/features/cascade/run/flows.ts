import type { SubstationColumns } from '../../../lib/columns/layers';
import { humanize } from '../../../lib/format';
import type { CascadeWave } from '../queries';
import type { CascadeResult } from '../result';
import { listAt, numberAt, textAt } from '../scenario/document';

import { NO_ZONE, zonesOf } from './regions';

/** So much goes from one node to another. */
export interface FlowLink {
  from: string;
  to: string;
  value: number;
}

export function waveName(wave: number): string {
  return wave === 0 ? 'Initial outages' : `Wave ${wave}`;
}

export const DARK = 'Dark at the end';
export const IN_PART = 'Served in part';

/** Load lost, MW: from the wave a substation first lost load in, over its zone, to how it stands at the end. */
export function loadFlow(substations: SubstationColumns, result: CascadeResult): FlowLink[] {
  const zones = zonesOf(substations);
  const links = new Map<string, FlowLink>();
  const { wave: waves } = result.substations;
  const rows = result.substations.ids.map((id, i) => ({ id, i })).sort((first, second) => (waves[first.i] ?? 0) - (waves[second.i] ?? 0));
  rows.forEach(({ id, i }) => {
    const lost = result.substations.lostMw[i] ?? 0;
    const wave = waves[i] ?? Number.NaN;
    if (!(lost > 0) || Number.isNaN(wave)) return;
    const zone = zones.get(id) ?? NO_ZONE;
    add(links, waveName(wave), zone, lost);
    add(links, zone, result.substations.isDead[i] === 1 ? DARK : IN_PART, lost);
  });
  const all = [...links.values()];
  const isEnd = ({ to }: FlowLink): boolean => to === DARK || to === IN_PART;
  return [...all.filter((link) => !isEnd(link)), ...all.filter(isEnd)];
}

/** Customers out: from the wave they lost supply in to their class. Partial sheds count with what is expected. */
export function customerFlow(waves: readonly CascadeWave[], impact: unknown): FlowLink[] {
  const links = new Map<string, FlowLink>();
  const all = 'Customers out';
  let before = 0;
  for (const wave of waves) {
    const now = wave.customersExpected ?? 0;
    if (now > before) add(links, waveName(wave.number), all, now - before);
    before = Math.max(before, now);
  }
  for (const entry of listAt(impact, 'classes')) {
    const count = (numberAt(entry, 'customers_out') ?? 0) + (numberAt(entry, 'expected_shed_customers') ?? 0);
    const name = textAt(entry, 'customer_class');
    if (count > 0) add(links, all, name === null ? 'Class not on record' : humanize(name), count);
  }
  return [...links.values()];
}

function add(links: Map<string, FlowLink>, from: string, to: string, value: number): void {
  const key = `${from}\n${to}`;
  const found = links.get(key) ?? { from, to, value: 0 };
  found.value += value;
  links.set(key, found);
}
