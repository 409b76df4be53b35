import { useQuery } from 'urql';

import { formatInstant, formatNumber } from '../../../lib/format';
import { problemOf } from '../../../lib/graphql/errors';

import { RankedBranchesQuery, RankedBusesQuery, RankedSubstationsQuery } from './queries';
import { candidateOfBranch, candidateOfBus, candidateOfSubstation, worthOf } from './ranking';
import type { Candidate, Ranking } from './ranking';

export interface Candidates {
  candidates: readonly Candidate[];
  /** What the ranking rests on. */
  note: string | null;
  problem: string | null;
  isLoading: boolean;
  /** What it would rest on is not there yet. */
  isMissing: boolean;
  retry: () => void;
}

/** The first `first` of a ranking. */
export function useCandidates(ranking: Ranking, first: number): Candidates {
  const [branches, refetchBranches] = useQuery({
    query: RankedBranchesQuery,
    variables: { order: ranking.what === 'branches' ? ranking.order : 'LIKELIHOOD', first },
    pause: ranking.what !== 'branches',
  });
  const [substations, refetchSubstations] = useQuery({
    query: RankedSubstationsQuery,
    variables: { order: ranking.what === 'substations' ? ranking.order : 'CUSTOMERS', first },
    pause: ranking.what !== 'substations',
  });
  const [buses, refetchBuses] = useQuery({
    query: RankedBusesQuery,
    variables: { orderBy: ranking.what === 'buses' ? ranking.order : 'DEGREE', first },
    pause: ranking.what !== 'buses',
  });
  const state = { branches, substations, buses }[ranking.what];
  const refetch = { branches: refetchBranches, substations: refetchSubstations, buses: refetchBuses }[ranking.what];
  const isLoading = state.fetching && state.data === undefined;
  const problem = state.error !== undefined && state.data === undefined && !state.fetching ? problemOf(state.error).message : null;
  const base = { problem, isLoading, retry: () => refetch({ requestPolicy: 'network-only' }) };
  if (ranking.what === 'branches') {
    const map = branches.data?.vulnerabilityMap;
    const note = map?.computedAt == null ? null : `Map of the present, ${formatInstant(map.computedAt)}; ${formatNumber(map.entries.totalCount)} branches.`;
    return { ...base, candidates: map?.entries.items.map(candidateOfBranch) ?? [], note, isMissing: branches.data !== undefined && map == null };
  }
  if (ranking.what === 'substations') {
    const items = substations.data?.patientZeroCandidates.items ?? [];
    return { ...base, candidates: items.map((item) => candidateOfSubstation(item, ranking.order)), note: null, isMissing: false };
  }
  const found = buses.data?.centralNodes;
  return {
    ...base,
    candidates: found?.items.map((bus) => candidateOfBus(bus, ranking.order)) ?? [],
    note: worthOf(found?.run ?? null, ranking.order),
    isMissing: found !== undefined && found.run == null,
  };
}
