import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import { useClient, useQuery } from 'urql';

import { formatNumber, formatQuantity, humanize } from '../../../lib/format';
import type { AreaInput } from '../../../lib/geo/shapes';
import { problemOf } from '../../../lib/graphql/errors';
import { FactList } from '../../../ui/FactList';
import { ErrorState, LoadingState } from '../../../ui/StateMessage';
import { BoltIcon } from '../../../ui/icons';

import { fetchOutageIds } from './fetchAll';
import { AreaFailureQuery } from './queries';

/** The most outages that a run takes. */
const MOST_OUTAGES = 5_000;

interface Props {
  area: AreaInput;
  /** Takes them to the cascade lab; null: this account may not start runs. */
  onFail: ((assetIds: readonly string[]) => void) | null;
}

/** What fails if all that carries or makes current in the area does. */
export function IfItFails({ area, onFail }: Props) {
  const client = useClient();
  const [isFetching, setFetching] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [{ data, error, fetching }, refetch] = useQuery({ query: AreaFailureQuery, variables: { area }, requestPolicy: 'cache-and-network' });
  if (data?.patientZero === undefined) {
    if (error !== undefined && !fetching) {
      return <ErrorState title="What would fail is not known" detail={problemOf(error).message} onRetry={() => refetch({ requestPolicy: 'network-only' })} />;
    }
    return <LoadingState label="Looking for what would fail" />;
  }
  const { groups, outageCount, failedCount, loadMw, generationCapacityMw } = data.patientZero;
  const isTooMany = outageCount > MOST_OUTAGES;
  const fail = async (then: (assetIds: readonly string[]) => void): Promise<void> => {
    setFetching(true);
    setProblem(null);
    try {
      then(await fetchOutageIds(client, area, outageCount));
    } catch (failure) {
      setProblem(failure instanceof Error ? failure.message : String(failure));
    }
    setFetching(false);
  };
  return (
    <div data-testid="if-it-fails">
      {groups.length === 0 ? (
        <Typography variant="caption">Nothing here carries or makes current.</Typography>
      ) : (
        <FactList
          facts={[
            ...groups.map(({ kind, count }) => ({ label: humanize(kind), value: formatNumber(count) })),
            { label: 'Demand lost, planning case', value: formatQuantity(loadMw, 'MW', 1) },
            { label: 'Generating capacity lost', value: formatQuantity(generationCapacityMw, 'MW', 1) },
          ]}
        />
      )}
      {onFail === null ? (
        <Typography variant="caption" component="p" color="textSecondary">
          Your account may not start cascades.
        </Typography>
      ) : (
        <Button
          variant="outlined"
          color="warning"
          startIcon={<BoltIcon />}
          disabled={outageCount === 0 || isTooMany || isFetching}
          onClick={() => void fail(onFail)}
          data-testid="fail-area"
          sx={{ mt: 0.5 }}
        >
          Use as patient zero
        </Button>
      )}
      {outageCount === 0 && failedCount > 0 && (
        <Typography variant="caption" component="p" color="textSecondary">
          No substation, line or plant of the transmission network is here, so nothing can cascade from here.
        </Typography>
      )}
      {isTooMany && (
        <Typography variant="caption" component="p" color="textSecondary">
          A run begins with {formatNumber(MOST_OUTAGES)} outages at the most: draw a smaller area.
        </Typography>
      )}
      {problem !== null && (
        <Typography variant="caption" component="p" color="error" role="alert">
          {problem}
        </Typography>
      )}
    </div>
  );
}
