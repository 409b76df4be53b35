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
import { LoadedCircuitsQuery } from './queries';

const SHOWN = 8;
const POLL_MS = 60_000;
const COLOURS: Readonly<Record<string, string>> = { WARNING: 'warning.main', CRITICAL: 'error.main' };

/** The circuits that are loaded most. */
export function LoadSection({ timeZone, onSelect }: { timeZone: string; onSelect: (assetId: string) => void }) {
  const [{ data, error, fetching }, refetch] = useQuery({ query: LoadedCircuitsQuery, variables: { first: SHOWN } });
  const refresh = useCallback(() => refetch({ requestPolicy: 'network-only' }), [refetch]);
  usePolling(refresh, POLL_MS);
  const circuits = data?.circuitStatuses;
  const hour = circuits?.edges[0]?.node.loadHour;
  return (
    <Section
      title="Most loaded circuits"
      note={data === undefined ? undefined : `${formatNumber(data.above.totalCount)} above 70 %`}
      testId="loaded-circuits"
    >
      {circuits === undefined &&
        (error !== undefined && !fetching ? (
          <ErrorState title={problemOf(error).message} onRetry={refresh} />
        ) : (
          <LoadingState label="Loading the circuits" />
        ))}
      {circuits?.edges.length === 0 && <EmptyState title="The load of no circuit is known" />}
      <Box component="ul" aria-label="Loaded circuits" sx={{ listStyle: 'none', m: 0, p: 0 }}>
        {circuits?.edges.map(({ node }) => (
          <Box component="li" key={node.assetId}>
            <ButtonBase
              onClick={() => onSelect(node.circuit.assetId)}
              sx={{ width: '100%', display: 'flex', justifyContent: 'space-between', gap: 1, py: 0.25, textAlign: 'left' }}
            >
              <Typography variant="body2" component="span" noWrap>
                {node.circuit.name}
                {node.overloadedTransformers > 0 && (
                  <Typography variant="caption" component="span" color="textSecondary">
                    {' '}
                    {plural(node.overloadedTransformers, 'transformer')} overloaded
                  </Typography>
                )}
              </Typography>
              <Typography
                variant="body2"
                component="span"
                sx={{ whiteSpace: 'nowrap', color: COLOURS[node.loadClass] }}
                title={`${formatQuantity(node.loadCoveragePct, '%')} of its metered time is on record`}
              >
                {node.loadCoveragePct != null && node.loadCoveragePct < 100 ? 'at least ' : ''}
                {formatQuantity(node.loadingPct, '%', 1)}
              </Typography>
            </ButtonBase>
          </Box>
        ))}
      </Box>
      {hour != null && (
        <Typography variant="caption" color="textSecondary">
          In the hour from {formatInstant(hour, timeZone)}.
        </Typography>
      )}
    </Section>
  );
}
