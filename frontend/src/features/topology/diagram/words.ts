import { formatNumber, formatQuantity, humanize, plural } from '../../../lib/format';
import type { UnitSystem } from '../../../lib/units';
import { formatDistance } from '../../../lib/units';
import type { Item, Run } from '../model/contract';
import { neighbourOf, shortId } from '../model/records';
import type { Supply } from '../model/supply';

export const SUPPLY_WORDS: Readonly<Record<Supply, string>> = {
  OWN: 'joined to its substation',
  TIED: 'joined to another circuit only',
  BOTH: 'in a loop or in parallel',
  NONE: 'joined to no source',
};

export function kvaOf({ units }: Run): number {
  return units.reduce((sum, { ratedKva }) => sum + ratedKva, 0);
}

export function customersOf({ units }: Run): number {
  return units.reduce((sum, { customerCount }) => sum + customerCount, 0);
}

export function lengthOf({ sections }: Run): number {
  return sections.reduce((sum, { lengthM }) => sum + lengthM, 0);
}

/** The most phases that any section of it has; null of a run without any. */
export function phasesOf({ sections }: Run): number | null {
  return sections.length === 0 ? null : Math.max(...sections.map(({ phases }) => phases.replace(/[^ABC]/g, '').length));
}

export function runTitle(run: Run, circuitId: string, units: UnitSystem): string {
  const [only] = run.sections;
  if (only === undefined) return 'At the switch';
  const length = formatDistance(lengthOf(run), units);
  if (run.sections.length > 1) return `${plural(run.sections.length, 'section')} · ${length}`;
  // What has no transformers has no room for more than its name.
  return run.units.length === 0 ? shortId(only.assetId, circuitId) : `${shortId(only.assetId, circuitId)} · ${length}`;
}

export function unitsText(run: Run): string {
  return `${formatNumber(run.units.length)}: ${formatQuantity(kvaOf(run), 'kVA', 0)}`;
}

/** What a screen reader says of a part of the diagram. */
export function spokenOf(item: Item, circuitId: string, state: { isOpen: boolean; supply: Supply; isOffNormal: boolean; studied: boolean | null }, units: UnitSystem): string {
  const supply = SUPPLY_WORDS[state.supply];
  if (item.kind === 'run') {
    const behind = item.units.length === 0 ? 'no transformers' : `${plural(item.units.length, 'transformer')}, ${formatQuantity(kvaOf(item), 'kVA', 0)}, ${plural(customersOf(item), 'customer')}`;
    return `${runTitle(item, circuitId, units)}, ${behind}, ${supply}`;
  }
  const { switch: device } = item;
  const neighbour = neighbourOf(device, circuitId);
  const parts = [
    `${humanize(device.kind)} ${device.assetId}`,
    state.isOpen ? 'open' : 'closed',
    device.isNormallyOpen ? 'normally open' : 'normally closed',
    state.isOffNormal ? 'not in its normal position' : '',
    state.studied === null ? '' : `${state.studied ? 'opened' : 'closed'} in the study`,
    neighbour === null ? '' : `tie to circuit ${neighbour.name}`,
    item.end === 'ring' ? 'leads back into the circuit' : '',
  ];
  return parts.filter((part) => part !== '').join(', ');
}
