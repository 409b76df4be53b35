import Typography from '@mui/material/Typography';
import { useQuery } from 'urql';

import { formatQuantity } from '../../lib/format';
import { problemOf } from '../../lib/graphql/errors';
import { FactList } from '../../ui/FactList';
import { EmptyState, ErrorState, LoadingState } from '../../ui/StateMessage';

import { Panel } from './Panel';
import { ForecastRunQuery } from './queries';
import { forecastRunWords, hourWords } from './tomorrow';
import { NextDayQuery } from './transformerQueries';
import { formatChance } from './words';

/** What the next day brings it. */
export function NextDayPanel({ assetId }: { assetId: string }) {
  const [{ data, error, fetching }, refetch] = useQuery({
    query: NextDayQuery,
    variables: { filters: { transformerId: { exact: assetId } } },
    requestPolicy: 'cache-and-network',
  });
  const [runResult] = useQuery({ query: ForecastRunQuery, requestPolicy: 'cache-and-network' });
  const run = runResult.data === undefined ? undefined : (runResult.data.transformerForecastRuns[0] ?? null);
  const row = data === undefined ? undefined : (data.transformerForecasts.edges[0]?.node ?? null);
  const problem = error ?? runResult.error;
  return (
    <Panel title="Next day" note={run?.day == null ? undefined : `forecast of ${run.day}`} testId="transformer-next-day">
      {row === undefined || run === undefined ? (
        problem !== undefined && !fetching ? (
          <ErrorState title="The forecast could not be loaded" detail={problemOf(problem).message} onRetry={() => refetch({ requestPolicy: 'network-only' })} />
        ) : (
          <LoadingState label="Loading the forecast" minHeight={140} />
        )
      ) : row === null ? (
        <EmptyState
          title="There is no forecast of it"
          detail={run === null || run.reason != null ? forecastRunWords(run) : 'It was not on record when the day was forecast.'}
        />
      ) : (
        <>
          <FactList
            facts={[
              { label: 'Peak load', value: `${formatQuantity(row.peakPct, '%', 0)}, at ${hourWords(row.peakHour)}` },
              { label: 'Peak load the day before', value: formatQuantity(row.yesterdayPeakPct, '%', 0) },
              { label: 'Chance of an overload', value: formatChance(row.overloadProbability) },
              { label: 'Hot spot', value: formatQuantity(row.hotSpotC, '°C', 0) },
              { label: 'Hot spot the day before', value: formatQuantity(row.yesterdayHotSpotC, '°C', 0) },
              { label: run === null ? 'Chance of too hot a spot' : `Chance of more than ${formatQuantity(run.hotC, '°C', 0)}`, value: formatChance(row.hotProbability) },
            ]}
          />
          {row.peakPct == null && (
            <Typography variant="caption" component="p" color="textSecondary">
              Not known: not all its hours are on record.
            </Typography>
          )}
        </>
      )}
    </Panel>
  );
}
