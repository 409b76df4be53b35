import Box from '@mui/material/Box';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import Typography from '@mui/material/Typography';
import { useCallback } from 'react';
import { useQuery, useSubscription } from 'urql';

import { formatDuration, formatInstant, formatNumber, humanize, plural } from '../../lib/format';
import { problemOf } from '../../lib/graphql/errors';
import { EmptyState, ErrorState, LoadingState } from '../../ui/StateMessage';
import { usePolling } from '../../ui/usePolling';
import { visuallyHidden } from '../../ui/visuallyHidden';

import { Panel } from './Panel';
import { onMapPath } from './links';
import { AppLink } from './table';
import { OutageNewsOfCircuitSubscription, OutagesQuery } from './transformerQueries';
import type { Transformer } from './transformerQueries';
import { useNews } from './useNews';

const SHOWN = 20;
const POLL_MS = 60_000;

interface Props {
  transformer: Transformer;
  /** Faults of five years that its health counts; null: not known. */
  faults: number | null;
  timeZone: string | undefined;
}

/** Outages whose device it is, the newest first. */
export function OutagesPanel({ transformer, faults, timeZone }: Props) {
  const [{ data, error, fetching }, refetch] = useQuery({
    query: OutagesQuery,
    variables: { first: SHOWN, filters: { transformerId: { exact: transformer.assetId } } },
  });
  const refresh = useCallback(() => refetch({ requestPolicy: 'network-only' }), [refetch]);
  const [{ data: news }] = useSubscription({ query: OutageNewsOfCircuitSubscription, variables: { circuitId: transformer.circuit.assetId } });
  useNews(news, refresh);
  usePolling(refresh, POLL_MS);
  const outages = data?.outages;
  return (
    <Panel title="Faults and outages on it" note={outages === undefined ? undefined : formatNumber(outages.totalCount)} testId="transformer-outages">
      {outages === undefined &&
        (error !== undefined && !fetching ? (
          <ErrorState title="Its outages could not be loaded" detail={problemOf(error).message} onRetry={refresh} />
        ) : (
          <LoadingState label="Loading its outages" />
        ))}
      {outages?.totalCount === 0 && (
        <EmptyState title="None of late" />
      )}
      {outages !== undefined && outages.totalCount > 0 && (
        <Box sx={{ overflowX: 'auto' }}>
          <Table data-testid="outages-table">
            <caption style={visuallyHidden}>Outages of this transformer, the newest first</caption>
            <TableHead>
              <TableRow>
                <TableCell>Began</TableCell>
                <TableCell>Cause</TableCell>
                <TableCell>Status</TableCell>
                <TableCell align="right">Lasted</TableCell>
                <TableCell align="right">Customers</TableCell>
                <TableCell>
                  <span style={visuallyHidden}>Map</span>
                </TableCell>
              </TableRow>
            </TableHead>
            <TableBody>
              {outages.edges.map(({ node }) => (
                <TableRow key={node.id} hover>
                  <TableCell>{formatInstant(node.startedAt, timeZone)}</TableCell>
                  <TableCell>
                    {node.causeCode == null ? 'not known yet' : humanize(node.causeCode)}
                    {node.isPlanned ? ', planned' : ''}
                  </TableCell>
                  <TableCell>{humanize(node.status)}</TableCell>
                  <TableCell align="right">
                    {node.restoredAt == null ? 'not over' : formatHours(Date.parse(node.restoredAt) - Date.parse(node.startedAt))}
                  </TableCell>
                  <TableCell align="right">{formatNumber(node.customersInterrupted)}</TableCell>
                  <TableCell align="right">
                    <AppLink to={onMapPath(node.assetId)}>
                      Map<span style={visuallyHidden}>: outage {node.assetId}</span>
                    </AppLink>
                  </TableCell>
                </TableRow>
              ))}
            </TableBody>
          </Table>
        </Box>
      )}
      {outages !== undefined && outages.totalCount > SHOWN && (
        <Typography variant="caption" color="textSecondary">
          {formatNumber(outages.totalCount - SHOWN)} older ones are not shown.
        </Typography>
      )}
      <Typography variant="caption" component="p" color="textSecondary" sx={{ mt: 0.5 }} data-testid="faults-of-years">
        Listed are outages of this transformer that are active, were over within the last 7 days, or have a work order that is kept. In five
        years it had {faults === null ? 'a number of faults that is not known' : plural(faults, 'fault')} of equipment or overload.
      </Typography>
    </Panel>
  );
}

/** `5 h 20 min`; less than an hour as durations are. */
function formatHours(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 60) return formatDuration(ms);
  return `${formatNumber(Math.floor(minutes / 60))}\u00a0h ${String(minutes % 60).padStart(2, '0')}\u00a0min`;
}
