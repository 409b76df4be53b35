/** The workspaces by path. Each has an address of its own; what is shown in it is in the rest of the address. */
export type WorkspaceKey = 'operations' | 'outages' | 'assets' | 'ami' | 'cascade' | 'data';

export interface Workspace {
  key: WorkspaceKey;
  label: string;
  path: string;
}

/** In the order of their tabs. */
export const WORKSPACES: readonly [Workspace, ...Workspace[]] = [
  { key: 'operations', label: 'Operations', path: '/' },
  { key: 'outages', label: 'Outages', path: '/outages' },
  { key: 'assets', label: 'Asset health', path: '/assets' },
  { key: 'ami', label: 'AMI analytics', path: '/ami' },
  { key: 'cascade', label: 'Cascade lab', path: '/cascade' },
  { key: 'data', label: 'Jobs & data', path: '/data' },
];

/** The parts of jobs and data; of the first three one thing can be chosen. */
const DATA_PARTS = ['jobs', 'layers', 'imports', 'exports', 'quality', 'delivery'] as const;
const PARTS_WITH_ONE_CHOSEN: readonly string[] = ['jobs', 'layers', 'imports'];

export type DataPart = (typeof DATA_PARTS)[number];

/** Workspaces that are a map with a column beside it; the map stays when one goes to another. */
export type MapWorkspaceKey = Extract<WorkspaceKey, 'operations' | 'outages' | 'cascade'>;

export type Route =
  | { workspace: 'operations' }
  | { workspace: 'assets'; assetId: string | null }
  | { workspace: 'outages' }
  | { workspace: 'ami' }
  | { workspace: 'cascade'; page: 'map' | 'runs' }
  | { workspace: 'data'; part: DataPart; id: string | null }
  | { workspace: 'unknown' };

/** Addresses of before, which links may still hold. */
const MOVED: Readonly<Record<string, string>> = { runs: '/cascade/runs', jobs: '/data/jobs' };

export function routeOf(path: string): Route {
  const [first, second, third, ...rest] = path.split('/').filter((part) => part !== '');
  if (rest.length > 0) return { workspace: 'unknown' };
  if (first === undefined) return { workspace: 'operations' };
  if (first === 'assets' && third === undefined) {
    return { workspace: 'assets', assetId: second === undefined ? null : decodeURIComponent(second) };
  }
  if (first === 'outages' && second === undefined) return { workspace: 'outages' };
  if (first === 'ami' && second === undefined) return { workspace: 'ami' };
  if (first === 'cascade' && third === undefined) {
    if (second === undefined) return { workspace: 'cascade', page: 'map' };
    if (second === 'runs') return { workspace: 'cascade', page: 'runs' };
  }
  if (first === 'data') {
    const part = DATA_PARTS.find((each) => each === (second ?? 'jobs'));
    const isKnown = part !== undefined && (third === undefined || PARTS_WITH_ONE_CHOSEN.includes(part));
    if (isKnown) return { workspace: 'data', part, id: third === undefined ? null : decodeURIComponent(third) };
  }
  return { workspace: 'unknown' };
}

/** Where an address of before leads today; null if it is one of today. */
export function movedTo(path: string, search: string): string | null {
  const [first = '', ...rest] = path.split('/').filter((part) => part !== '');
  const moved = MOVED[first];
  if (moved !== undefined) return [moved, ...rest].join('/') + search;
  // Runs and maps of vulnerability were shown on the map of the first page.
  if (first === '' && /[?&](run|vulnerability)=/.test(search)) return `/cascade${search}`;
  return null;
}

export function dataPath(part: DataPart, id: string | null): string {
  return id === null ? `/data/${part}` : `/data/${part}/${encodeURIComponent(id)}`;
}

export function jobPath(jobId: string | null): string {
  return dataPath('jobs', jobId);
}

export function pathOf(key: WorkspaceKey): string {
  return WORKSPACES.find((workspace) => workspace.key === key)?.path ?? '/';
}
