import { useQuery } from 'urql';

import { JobQuery } from './queries';
import type { JobFields } from './queries';
import { isFinished } from './status';
import { useJobUpdates } from './useJobUpdates';

/** A job that was just started, as it stands now; it is followed until it has finished. */
export function useFollowedJob(started: JobFields | null): JobFields | null {
  const [{ data }] = useQuery({
    query: JobQuery,
    variables: { id: started?.jobId ?? '' },
    pause: started === null,
    requestPolicy: 'cache-and-network',
  });
  const job = started === null ? null : (data?.job ?? started);
  useJobUpdates(started?.jobId ?? null, job !== null && !isFinished(job.status));
  return job;
}
