import { formatNumber, formatQuantity, humanize, UNKNOWN } from '../../../lib/format';

import type { RankedBranch, RankedBus, RankedBuses, RankedSubstation } from './queries';

/** By what first failures are ranked. */
export const RANKINGS = [
  { key: 'risk', label: 'Lines: likely to cascade', what: 'branches', order: 'LIKELIHOOD' },
  { key: 'lost', label: 'Lines: load lost', what: 'branches', order: 'LOST_MW' },
  { key: 'customers', label: 'Lines: customers out', what: 'branches', order: 'CUSTOMERS' },
  { key: 'sub-risk', label: 'Substations: likely to cascade', what: 'substations', order: 'LEARNED_RISK' },
  { key: 'sub-customers', label: 'Substations: customers', what: 'substations', order: 'CUSTOMERS' },
  { key: 'bus-loss', label: 'Buses: load lost in simulation', what: 'buses', order: 'SIMULATED_LOSS' },
  { key: 'bus-transfer', label: 'Buses: electrical betweenness', what: 'buses', order: 'ELECTRICAL_BETWEENNESS' },
  { key: 'bus-paths', label: 'Buses: betweenness', what: 'buses', order: 'BETWEENNESS' },
  { key: 'bus-degree', label: 'Buses: degree', what: 'buses', order: 'DEGREE' },
  { key: 'bus-pagerank', label: 'Buses: PageRank', what: 'buses', order: 'PAGERANK' },
] as const;

export type Ranking = (typeof RANKINGS)[number];

/** One that could fail first, and why it stands where it stands. */
export interface Candidate {
  assetId: string;
  title: string;
  /** The number it is ranked by, in words. */
  measure: string;
  reason: string;
}

export function candidateOfBranch(entry: RankedBranch): Candidate {
  const isCertain = entry.isCascade != null;
  const likelihood =
    entry.isCascade != null
      ? entry.isCascade
        ? 'ends in a cascade'
        : 'no cascade'
      : entry.probability == null
        ? 'not known'
        : `${formatQuantity(entry.probability * 100, '%', 0)} likely to cascade`;
  const how = { SCREENED_OUT: 'exact: overloads nothing', SIMULATED: 'simulated', PREDICTED: 'predicted by the model', UNSOLVED: 'could not be solved' }[entry.basis];
  const lost = entry.lostMw ?? entry.predictedLostMw;
  const customers = entry.customers ?? entry.predictedCustomers;
  const parts = [
    how,
    lost == null ? null : `${isCertain ? '' : 'about '}${formatQuantity(lost, 'MW', 0)} lost`,
    customers == null ? null : `${isCertain ? '' : 'about '}${formatNumber(customers)} customers`,
    entry.trippedCount == null ? null : `${formatNumber(entry.trippedCount)} trips`,
  ];
  return { assetId: entry.branchId, title: entry.name ?? entry.branchId, measure: likelihood, reason: joined(parts) };
}

export function candidateOfSubstation(entry: RankedSubstation, order: 'LEARNED_RISK' | 'CUSTOMERS'): Candidate {
  const customers = `${formatNumber(entry.customerCount)} customers, ${formatNumber(entry.criticalCustomerCount)} critical`;
  if (order === 'CUSTOMERS') {
    return { assetId: entry.assetId, title: entry.assetId, measure: customers, reason: `${formatQuantity(entry.loadKva / 1000, 'MVA', 1)} of known load under it` };
  }
  const risk = entry.learnedRisk == null ? UNKNOWN : formatQuantity(entry.learnedRisk * 100, '%', 0);
  return {
    assetId: entry.assetId,
    title: entry.assetId,
    measure: `${risk} likely to cascade`,
    reason: joined([
      entry.learnedRiskBranchId == null ? 'no branch at it is mapped' : `by the loss of ${entry.learnedRiskBranchId}`,
      entry.learnedRiskBasis == null ? null : humanize(entry.learnedRiskBasis).toLowerCase(),
      customers,
    ]),
  };
}

type BusOrder = Extract<Ranking, { what: 'buses' }>['order'];

export function candidateOfBus(bus: RankedBus, order: BusOrder): Candidate {
  const loss = bus.simulatedLossMw == null ? 'loss not simulated' : `${formatQuantity(bus.simulatedLossMw, 'MW', 0)} lost in simulation`;
  const measure = {
    SIMULATED_LOSS: loss,
    ELECTRICAL_BETWEENNESS: bus.electricalBetweenness == null ? UNKNOWN : `${formatQuantity(bus.electricalBetweenness * 100, '%', 2)} of all transfers pass it`,
    BETWEENNESS: `on ${formatQuantity(bus.betweenness * 100, '%', 2)} of the shortest paths`,
    DEGREE: `degree ${formatNumber(bus.degree, 4)}`,
    PAGERANK: `PageRank ${formatNumber(bus.pagerank, 5)}`,
  }[order];
  const customers = bus.downstreamCustomers == null ? null : `${formatNumber(bus.downstreamCustomers)} customers behind it`;
  return { assetId: bus.nodeId, title: bus.nodeId, measure, reason: joined([order === 'SIMULATED_LOSS' ? null : loss, customers, bus.substationId ?? null]) };
}

/** What a measure of the graph is worth, in a sentence; null where it is the simulation itself. */
export function worthOf(run: RankedBuses['run'], order: BusOrder): string | null {
  const found = run?.correlations.find(({ measure }) => measure.toUpperCase() === order);
  if (order === 'SIMULATED_LOSS' || found?.rho == null) return null;
  const interval = found.low == null || found.high == null ? '' : ` (95 %: ${formatNumber(found.low, 2)} to ${formatNumber(found.high, 2)})`;
  return `Rank correlation with the load lost in simulation: ${formatNumber(found.rho, 2)}${interval}. It knows no flows and no ratings.`;
}

function joined(parts: readonly (string | null)[]): string {
  return parts.filter((part) => part !== null && part !== '').join(' · ');
}
