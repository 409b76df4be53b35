import Box from '@mui/material/Box';
import ButtonBase from '@mui/material/ButtonBase';
import Typography from '@mui/material/Typography';
import { useCallback } from 'react';
import { useQuery } from 'urql';

import { formatInstant, formatNumber, formatQuantity, plural } from '../../lib/format';
import { problemOf } from '../../lib/graphql/errors';
import { EmptyState, ErrorState, LoadingState } from '../../ui/StateMessage';
import { usePolling } from '../../ui/usePolling';

import { Section } from './Section';
import { LoadedTransformersQuery } from './queries';

const SHOWN = 8;
const POLL_MS = 300_000;

/** Transformers that were loaded above their rating, or came nearest to it, in the hours on record. */
export function OverloadSection({ timeZone, onSelect }: { timeZone: string; onSelect: (assetId: string) => void }) {
  const [{ data, error, fetching }, refetch] = useQuery({ query: LoadedTransformersQuery, variables: { first: SHOWN } });
  const refresh = useCallback(() => refetch({ requestPolicy: 'network-only' }), [refetch]);
  usePolling(refresh, POLL_MS);
  const found = data?.topLoadedTransformers;
  const over = found?.filter((each) => each.peakLoadingPct > 100).length;
  return (
    <Section
      title="Most loaded transformers"
      note={over === undefined ? undefined : over === SHOWN ? `${formatNumber(over)} or more above rating` : `${formatNumber(over)} above rating`}
      testId="loaded-transformers"
    >
      {found === undefined &&
        (error !== undefined && !fetching ? (
          <ErrorState title={problemOf(error).message} onRetry={refresh} />
        ) : (
          <LoadingState label="Loading the transformers" />
        ))}
      {found?.length === 0 && <EmptyState title="The load of no transformer is known" detail="Readings must have been rolled up to hours." />}
      <Box component="ul" aria-label="Loaded transformers" sx={{ listStyle: 'none', m: 0, p: 0 }}>
        {found?.map((each) => (
          <li key={each.assetId}>
            <ButtonBase
              onClick={() => onSelect(each.assetId)}
              title={`Highest in the hour from ${formatInstant(each.at, timeZone)}`}
              sx={{ width: '100%', display: 'flex', justifyContent: 'space-between', gap: 1, py: 0.25, textAlign: 'left' }}
            >
              <Typography variant="body2" component="span" noWrap>
                {each.name}
                {each.hoursOverRating > 0 && (
                  <Typography variant="caption" component="span" color="textSecondary">
                    {' '}
                    {plural(each.hoursOverRating, 'hour')} over
                  </Typography>
                )}
              </Typography>
              <Typography variant="body2" component="span" sx={{ whiteSpace: 'nowrap', color: each.peakLoadingPct > 100 ? 'error.main' : undefined }}>
                {formatQuantity(each.peakLoadingPct, '%', 1)}
              </Typography>
            </ButtonBase>
          </li>
        ))}
      </Box>
    </Section>
  );
}
