import type { ResultOf } from '../../../gql/graphql';
import { formatInstant, formatNumber, formatQuantity, humanize, UNKNOWN } from '../../../lib/format';
import { formatKilometres, formatMetres } from '../../../lib/units';
import type { UnitSystem } from '../../../lib/units';

import type { CompareQuery } from './query';

export type Compared = ResultOf<typeof CompareQuery>;

export interface ComparedAsset {
  title: string;
  facts: ReadonlyMap<string, string>;
}

interface Reading {
  units: UnitSystem;
  timeZone: string | undefined;
}

const words = (code: string | null | undefined): string => (code == null ? UNKNOWN : humanize(code));
const year = (value: number | null | undefined): string => (value == null ? UNKNOWN : String(value));

/** An asset's facts by their label, in the words of its card; null if there is no such asset that one may see. */
export function comparedAsset(assetId: string, found: Compared, { units, timeZone }: Reading): ComparedAsset | null {
  const { substation, bus, branch, circuit, line, pole, transformer, meter, outage } = found;
  const device = found.switch;
  const of = (title: string, facts: readonly (readonly [string, string])[]): ComparedAsset => ({ title, facts: new Map(facts) });
  if (transformer != null) {
    return of(transformer.name, [
      ['Kind', 'Transformer'],
      ['Circuit', transformer.circuit.name],
      ['Rating', formatQuantity(transformer.ratedKva, 'kVA')],
      ['Voltage', formatQuantity(transformer.primaryKv, 'kV')],
      ['Low voltage', formatQuantity(transformer.secondaryKv, 'kV')],
      ['Phases', transformer.phases],
      ['Latest load', formatQuantity(transformer.latestLoad?.loadKva, 'kVA', 1)],
      ['Latest loading', formatQuantity(transformer.latestLoad?.loadingPct, '%', 1)],
      ['Peak load', formatQuantity(transformer.peakLoadKva, 'kVA', 1)],
      ['Peak loading', formatQuantity(transformer.peakLoadingPct, '%', 1)],
      ['Customers', formatNumber(transformer.customerCount)],
      ['Installed', year(transformer.installYear)],
    ]);
  }
  if (circuit != null) {
    return of(circuit.name, [
      ['Kind', 'Circuit'],
      ['Rating', formatQuantity(circuit.ratedMva, 'MVA', 1)],
      ['Voltage', formatQuantity(circuit.voltageKv, 'kV')],
      ['Conductor', circuit.conductorType],
      ['Rated current', formatQuantity(circuit.ratedA, 'A', 0)],
      ['Peak load', formatQuantity(circuit.peakLoadMw, 'MW', 2)],
      ['Length', formatKilometres(circuit.lengthKm, units, 1)],
      ['Transformers', formatNumber(circuit.transformerCount)],
      ['Customers', formatNumber(circuit.customerCount)],
      ['Status', humanize(circuit.status)],
    ]);
  }
  if (substation != null) {
    return of(substation.name, [
      ['Kind', 'Substation'],
      ['Voltage', formatQuantity(substation.maxKv, 'kV')],
      ['Low voltage', formatQuantity(substation.minKv, 'kV')],
      ['Rating', formatQuantity(substation.capacityMva, 'MVA', 0)],
      ['Load, planning case', formatQuantity(substation.loadMw, 'MW', 1)],
      ['Generation capacity', formatQuantity(substation.generationCapacityMw, 'MW', 1)],
      ['Status', humanize(substation.status)],
    ]);
  }
  if (branch != null) {
    const ends = [branch.fromSubstation?.name, branch.toSubstation?.name].map((name) => name ?? 'outside your zones');
    return of(branch.kind === 'LINE' ? ends.join(' to ') : `${humanize(branch.kind)} ${assetId}`, [
      ['Kind', branch.kind === 'LINE' ? 'Transmission line' : humanize(branch.kind)],
      ['Voltage', formatQuantity(branch.baseKv, 'kV')],
      ['Rating', branch.ratingMva == null ? 'unlimited' : formatQuantity(branch.ratingMva, 'MVA', 0)],
      ['Base flow', formatQuantity(branch.baseFlowMw, 'MW', 1)],
      ['Base loading', formatQuantity(branch.baseLoadingPct, '%', 1)],
      ['Length', formatKilometres(branch.lengthKm, units, 1)],
      ['In service', branch.inService ? 'yes' : 'no'],
    ]);
  }
  if (bus != null) {
    return of(`Bus ${bus.number}`, [
      ['Kind', 'Bus'],
      ['Voltage', formatQuantity(bus.baseKv, 'kV')],
      ['Load, planning case', formatQuantity(bus.loadMw, 'MW', 1)],
    ]);
  }
  if (line != null) {
    return of(assetId, [
      ['Kind', `${humanize(line.lineClass)} section`],
      ['Circuit', line.circuit.name],
      ['Phases', line.phases],
      ['Conductor', line.conductorType],
      ['Rated current', formatQuantity(line.ratedA, 'A', 0)],
      ['Length', formatMetres(line.lengthM, units, 0)],
      ['Built', line.isUnderground ? 'underground' : 'overhead'],
    ]);
  }
  if (device != null) {
    return of(assetId, [
      ['Kind', humanize(device.kind)],
      ['Circuit', device.circuit.name],
      ['Normal position', device.isNormallyOpen ? 'open' : 'closed'],
      ['Rated current', formatQuantity(device.ratedA, 'A', 0)],
    ]);
  }
  if (pole != null) {
    return of(assetId, [
      ['Kind', 'Pole'],
      ['Circuit', pole.circuit.name],
      ['Height', formatMetres(pole.heightM, units, 1)],
      ['Class', pole.poleClass ?? UNKNOWN],
      ['Material', words(pole.material)],
      ['Installed', year(pole.installYear)],
    ]);
  }
  if (meter != null) {
    return of(assetId, [
      ['Kind', 'Meter'],
      ['Circuit', meter.circuit.name],
      ['Class', humanize(meter.customerClass)],
      ['Phases', meter.phases],
      ['Status', humanize(meter.status)],
    ]);
  }
  if (outage == null) return null;
  return of(assetId, [
    ['Kind', 'Outage'],
    ['Circuit', outage.circuit.name],
    ['Status', humanize(outage.status)],
    ['Cause', outage.causeCode == null ? 'not known yet' : humanize(outage.causeCode)],
    ['Began', formatInstant(outage.startedAt, timeZone)],
    ['Expected back', formatInstant(outage.estimatedRestorationAt, timeZone)],
    ['Interrupted', formatNumber(outage.customersInterrupted)],
    ['Without supply', formatNumber(outage.customersOut)],
  ]);
}

export interface ComparedRow {
  label: string;
  /** By asset; null: it has no such fact. */
  texts: (string | null)[];
  isDifferent: boolean;
}

/** Facts side by side, in the order in which they first appear. An asset that is not there (null) has none. */
export function compareRows(assets: readonly (ComparedAsset | null)[]): ComparedRow[] {
  const labels = [...new Set(assets.flatMap((asset) => [...(asset?.facts.keys() ?? [])]))];
  return labels.map((label) => {
    const texts = assets.map((asset) => asset?.facts.get(label) ?? null);
    const told = texts.filter((text) => text !== null);
    return { label, texts, isDifferent: new Set(told).size > 1 };
  });
}
