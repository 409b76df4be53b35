import type { Effect } from './questions';

type State = Effect['circuits'][number]['before'];

export function stateOf(part: Partial<State>): State {
  return { transformerCount: 20, loadKva: 2_000, unknownLoads: 0, loadingPct: 20, inLoop: false, worstAssetId: null, worstLoadingPct: null, overloadedCount: 0, ...part };
}

export function effectOf(part: Partial<Effect>): Effect {
  return {
    positions: 'PRESENT',
    loadBasis: 'NEWEST',
    loadHour: '2026-03-01T11:00:00Z',
    loses: { customerCount: 0, criticalCustomerCount: 0, transformerCount: 0, transformerIds: [] },
    gains: { customerCount: 0, transformerCount: 0, transformerIds: [] },
    moves: { customerCount: 0, transformerCount: 0 },
    newLoops: { sectionCount: 0, switchCount: 0, sectionIds: [], switchIds: [] },
    circuits: [],
    ...part,
  };
}
