import Typography from '@mui/material/Typography';
import { useState } from 'react';
import { useQuery } from 'urql';

import { problemOf } from '../../lib/graphql/errors';
import { LineTrend } from '../../ui/LineTrend';
import { ErrorState, LoadingState } from '../../ui/StateMessage';

import { RiskHistoryQuery } from './queries';

const DAYS = 7;
const DAY_MS = 86_400_000;

function lastDays(): { start: string; end: string } {
  const now = Date.now();
  return { start: new Date(now - DAYS * DAY_MS).toISOString(), end: new Date(now).toISOString() };
}

/** How the score went over the last week, hour by hour. */
export function RiskHistory({ timeZone }: { timeZone: string }) {
  const [variables] = useState(lastDays);
  const [{ data, error, fetching }, ask] = useQuery({ query: RiskHistoryQuery, variables });
  const points = data?.riskHistory;
  if (points === undefined) {
    return error !== undefined && !fetching ? (
      <ErrorState title={problemOf(error).message} onRetry={() => ask({ requestPolicy: 'network-only' })} />
    ) : (
      <LoadingState label="Loading the history of the risk" />
    );
  }
  if (points.every((point) => point.score === null)) {
    return <Typography variant="caption">No score of the last {DAYS} days is on record.</Typography>;
  }
  return (
    <LineTrend
      at={points.map((point) => point.at)}
      values={points.map((point) => point.score)}
      unit=""
      name="Risk of the next 24 hours, 0 to 100"
      timeZone={timeZone}
      heightPx={140}
    />
  );
}
