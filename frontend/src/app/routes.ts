/** The app's pages by path. */
export type Route =
  | { page: 'map' }
  | { page: 'runs' }
  | { page: 'jobs'; jobId: string | null }
  | { page: 'unknown' };

export function routeOf(path: string): Route {
  const [first = '', second, ...rest] = path.split('/').filter((part) => part !== '');
  if (rest.length > 0) return { page: 'unknown' };
  if (first === '' && second === undefined) return { page: 'map' };
  if (first === 'runs' && second === undefined) return { page: 'runs' };
  if (first === 'jobs') return { page: 'jobs', jobId: second === undefined ? null : decodeURIComponent(second) };
  return { page: 'unknown' };
}

export function jobPath(jobId: string | null): string {
  return jobId === null ? '/jobs' : `/jobs/${encodeURIComponent(jobId)}`;
}
