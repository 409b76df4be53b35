import Box from '@mui/material/Box';
import List from '@mui/material/List';
import ListItem from '@mui/material/ListItem';
import ListItemButton from '@mui/material/ListItemButton';
import ListItemText from '@mui/material/ListItemText';
import Typography from '@mui/material/Typography';
import { useQuery } from 'urql';

import { formatInstant, formatQuantity, humanize, plural } from '../../../lib/format';
import { problemOf } from '../../../lib/graphql/errors';
import { EmptyState, ErrorState, LoadingState } from '../../../ui/StateMessage';

import { kindLabel } from './batch';
import { BatchesQuery } from './queries';

const FIRST = 30;

/** The id of the newest screening; undefined: not known yet, null: there is none, or it cannot be had. */
export function useNewestBatch(): string | null | undefined {
  const [{ data, error }] = useQuery({ query: BatchesQuery, variables: { first: FIRST, after: null } });
  if (data !== undefined) return data.cascadeBatches.edges[0]?.node.batchId ?? null;
  return error === undefined ? undefined : null;
}

interface Props {
  shownId: string | null;
  timeZone: string | undefined;
  onOpen: (batchId: string) => void;
}

/** Screenings, newest first. */
export function BatchList({ shownId, timeZone, onOpen }: Props) {
  const [{ data, error, fetching }, refetch] = useQuery({ query: BatchesQuery, variables: { first: FIRST, after: null }, requestPolicy: 'cache-and-network' });
  if (data === undefined) {
    if (error !== undefined && !fetching) return <ErrorState title="The screenings could not be loaded" detail={problemOf(error).message} onRetry={refetch} />;
    return <LoadingState label="Loading the screenings" minHeight={120} />;
  }
  const { edges, totalCount } = data.cascadeBatches;
  if (edges.length === 0) return <EmptyState title="Nothing has been screened yet" />;
  return (
    <Box>
      <List dense disablePadding aria-label="Screenings" data-testid="batch-list">
        {edges.map(({ node }) => (
          <ListItem key={node.id} disablePadding>
            <ListItemButton selected={node.batchId === shownId} onClick={() => onOpen(node.batchId)} data-testid={`batch-${node.batchId}`}>
              <ListItemText
                primary={node.name}
                secondary={[
                  kindLabel(node.kind),
                  node.job.status === 'SUCCEEDED' ? `worst ${formatQuantity(node.worstShedMw, 'MW', 0)}` : humanize(node.job.status),
                  formatInstant(node.createdAt, timeZone),
                ].join(' · ')}
              />
            </ListItemButton>
          </ListItem>
        ))}
      </List>
      {totalCount > edges.length && (
        <Typography variant="caption" component="p" color="textSecondary" sx={{ px: 2 }}>
          The newest {edges.length} of {plural(totalCount, 'screening')}
        </Typography>
      )}
    </Box>
  );
}
