/** The workspaces by path. Each has an address of its own; what is shown in it is in the rest of the address. */
export type WorkspaceKey = 'operations' | 'topology' | 'outages' | 'assets' | 'ami' | 'vegetation' | 'cascade' | 'data';

export interface Workspace {
  key: WorkspaceKey;
  label: string;
  path: string;
}

/** In the order of their tabs. */
export const WORKSPACES: readonly [Workspace, ...Workspace[]] = [
  { key: 'operations', label: 'Operations', path: '/' },
  { key: 'topology', label: 'Topology', path: '/topology' },
  { key: 'outages', label: 'Outages', path: '/outages' },
  { key: 'assets', label: 'Asset health', path: '/assets' },
  { key: 'ami', label: 'AMI analytics', path: '/ami' },
  { key: 'vegetation', label: 'Vegetation', path: '/vegetation' },
  { key: 'cascade', label: 'Cascade lab', path: '/cascade' },
  { key: 'data', label: 'Jobs & data', path: '/data' },
];

/** The parts of jobs and data; of the first three one thing can be chosen. */
const DATA_PARTS = ['jobs', 'layers', 'imports', 'exports', 'quality', 'delivery'] as const;
const PARTS_WITH_ONE_CHOSEN: readonly string[] = ['jobs', 'layers', 'imports'];

export type DataPart = (typeof DATA_PARTS)[number];

/** Workspaces that are a map with a column beside it; the map stays when one goes to another. */
export type MapWorkspaceKey = Extract<WorkspaceKey, 'operations' | 'outages' | 'vegetation' | 'cascade'>;

/** The lab on the map, and its pages beside it. */
const CASCADE_PAGES = ['runs', 'screening', 'compare', 'report', 'decisions'] as const;

export type CascadePage = 'map' | (typeof CASCADE_PAGES)[number];

export type Route =
  | { workspace: 'operations' }
  | { workspace: 'assets'; assetId: string | null }
  | { workspace: 'topology' }
  | { workspace: 'outages' }
  | { workspace: 'ami' }
  | { workspace: 'vegetation' }
  | { workspace: 'cascade'; page: CascadePage }
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
  if (first === 'topology' && second === undefined) return { workspace: 'topology' };
  if (first === 'outages' && second === undefined) return { workspace: 'outages' };
  if (first === 'ami' && second === undefined) return { workspace: 'ami' };
  if (first === 'vegetation' && second === undefined) return { workspace: 'vegetation' };
  if (first === 'cascade' && third === undefined) {
    if (second === undefined) return { workspace: 'cascade', page: 'map' };
    const page = CASCADE_PAGES.find((each) => each === second);
    if (page !== undefined) return { workspace: 'cascade', page };
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

/** The one-line diagram of an asset, or that of its circuit; null of what is in none. */
export function diagramPath(assetId: string): string | null {
  return /^(SUB|CKT|SW|LINE|XFMR|POLE|MTR)-/.test(assetId) ? `/topology?of=${encodeURIComponent(assetId)}` : null;
}

export function pathOf(key: WorkspaceKey): string {
  return WORKSPACES.find((workspace) => workspace.key === key)?.path ?? '/';
}

/** Whether a route is the map with a column beside it. */
export function isOnMap(route: Route): boolean {
  return mapWorkspaceOf(route) !== null;
}

/** The workspace whose column stands beside the map; null on pages without one. */
export function mapWorkspaceOf(route: Route): MapWorkspaceKey | null {
  if (route.workspace === 'cascade') return route.page === 'map' ? 'cascade' : null;
  return route.workspace === 'operations' || route.workspace === 'outages' || route.workspace === 'vegetation' ? route.workspace : null;
}

/** What the page is called. */
export function titleOf(route: Route): string {
  return WORKSPACES.find((workspace) => workspace.key === route.workspace)?.label ?? 'Unknown page';
}
