import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import { useEffect, useEffectEvent, useState } from 'react';
import { useMutation } from 'urql';

import { problemOf, problemOfInfo } from '../../../lib/graphql/errors';
import type { JobFields } from '../../../lib/jobs/queries';
import { isFinished } from '../../../lib/jobs/status';
import { useFollowedJob } from '../../../lib/jobs/useFollowedJob';
import { JobProgress } from '../../../ui/JobProgress';

import { StartCentralitiesMutation } from './queries';

/** Measures how central the buses are and simulates the loss of each, as a job. */
export function MeasureButton({ canMeasure, onDone }: { canMeasure: boolean; onDone: () => void }) {
  const [{ fetching }, start] = useMutation(StartCentralitiesMutation);
  const [started, setStarted] = useState<JobFields | null>(null);
  const [refusal, setRefusal] = useState<string | null>(null);
  const job = useFollowedJob(started);
  const done = useEffectEvent(onDone);
  const status = job?.status;
  useEffect(() => {
    if (status === 'SUCCEEDED') done();
  }, [status]);
  const measure = async (): Promise<void> => {
    setRefusal(null);
    const result = await start({ input: { scope: 'TRANSMISSION' } });
    if (result.error !== undefined) setRefusal(problemOf(result.error).message);
    else if (result.data?.startCentralities.__typename === 'OperationInfo') setRefusal(problemOfInfo(result.data.startCentralities).message);
    else if (result.data?.startCentralities.__typename === 'Job') setStarted(result.data.startCentralities);
  };
  if (job !== null && !isFinished(job.status)) return <JobProgress job={job} />;
  return (
    <>
      <Button variant="outlined" disabled={!canMeasure} loading={fetching} onClick={() => void measure()} title={canMeasure ? undefined : 'Your account may not start measurements'}>
        Measure and simulate now
      </Button>
      {(refusal !== null || job?.status === 'FAILED') && (
        <Typography variant="caption" component="p" color="error" role="alert">
          {refusal ?? job?.errorMessage}
        </Typography>
      )}
    </>
  );
}
