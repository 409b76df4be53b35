import type { CascadeRunDetail } from './queries';
import type { CascadeRunState } from './useCascadeRun';

export const RUN: CascadeRunDetail = {
  id: 'Q2FzY2FkZVJ1bjo3',
  runId: '7',
  name: 'Alpha to Bravo',
  interconnect: 'Texas',
  loadMultiplier: 1.25,
  ratingMultiplier: 1,
  createdAt: '2026-01-01T00:00:00Z',
  outages: [{ assetId: 'BR-1', kind: 'Branch', name: 'Alpha to Bravo' }],
  job: {
    id: 'Sm9iOjE=',
    jobId: '1',
    kind: 'cascade.run',
    title: 'Cascade: Alpha to Bravo',
    status: 'SUCCEEDED',
    progressFrac: 1,
    step: '',
    errorCode: '',
    errorMessage: '',
    createdAt: '2026-01-01T00:00:00Z',
    startedAt: null,
    finishedAt: null,
    isCancelRequested: false,
    owner: 'ada',
  },
  totalLoadMw: 1000,
  baseShedMw: 0,
  initialShedMw: 0,
  totalShedMw: 250,
  servedMw: 750,
  trippedCount: 2,
  waveCount: 2,
  islandsAlive: 3,
  islandsDead: 1,
  closestMarginFrac: 0.00002,
  terminationReason: 'STABLE',
  elapsedMs: 83.4,
  networkDigest: 'abc',
  branchesUrl: '/columns/cascade-runs/7/branches',
  substationsUrl: '/columns/cascade-runs/7/substations',
  waves: [
    { number: 0, trippedCount: 0, shedMw: 0, cumulativeShedMw: 0, servedMw: 1000, islandsAlive: 1, islandsDead: 0 },
    { number: 1, trippedCount: 1, shedMw: 100, cumulativeShedMw: 100, servedMw: 900, islandsAlive: 2, islandsDead: 0 },
    { number: 2, trippedCount: 1, shedMw: 150, cumulativeShedMw: 250, servedMw: 750, islandsAlive: 3, islandsDead: 1 },
  ],
};

export function stateOf(change: Partial<CascadeRunState>): CascadeRunState {
  return {
    run: RUN,
    isLoading: false,
    problem: null,
    result: null,
    isResultLoading: false,
    resultProblem: null,
    retry: () => undefined,
    ...change,
  };
}
