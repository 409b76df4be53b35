import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import { useQuery } from 'urql';

import { problemOf } from '../../lib/graphql/errors';
import { EmptyState, ErrorState, LoadingState } from '../../ui/StateMessage';

import { ViewRow } from './ViewRow';
import { SavedViewsQuery } from './queries';
import type { SavedView } from './queries';

interface Props {
  mayShare: boolean;
  onOpen: (address: string) => void;
  onSave: () => void;
  onClose: () => void;
}

/** One's own views and those shared with everyone: opened, renamed, shared, deleted, made the first page. */
export function ViewsDialog({ mayShare, onOpen, onSave, onClose }: Props) {
  const [{ data, error, fetching }, ask] = useQuery({ query: SavedViewsQuery, requestPolicy: 'cache-and-network' });
  const [problem, setProblem] = useState<string | null>(null);
  const own = data?.savedViews.filter((view) => view.isMine) ?? [];
  const shared = data?.savedViews.filter((view) => !view.isMine) ?? [];
  const list = (title: string, views: readonly SavedView[]) =>
    views.length > 0 && (
      <Box component="section" aria-label={title}>
        <Typography variant="overline" component="h3" color="textSecondary">
          {title}
        </Typography>
        <Box component="ul" sx={{ m: 0, p: 0, listStyle: 'none' }}>
          {views.map((view) => (
            <ViewRow key={view.id} view={view} mayShare={mayShare} onOpen={() => onOpen(view.address)} onProblem={setProblem} />
          ))}
        </Box>
      </Box>
    );
  return (
    <Dialog open onClose={onClose} aria-labelledby="views-title" slotProps={{ paper: { sx: { width: 640, maxWidth: '96vw' } } }} data-testid="views-dialog">
      <DialogTitle id="views-title" variant="h1" component="h2">
        Saved views
      </DialogTitle>
      <DialogContent>
        <Box role="alert">
          {problem !== null && (
            <Typography variant="body2" color="error" data-testid="view-problem">
              {problem}
            </Typography>
          )}
        </Box>
        {data === undefined &&
          (error !== undefined && !fetching ? (
            <ErrorState title={problemOf(error).message} onRetry={() => ask({ requestPolicy: 'network-only' })} />
          ) : (
            <LoadingState label="Loading the saved views" />
          ))}
        {data?.savedViews.length === 0 && (
          <EmptyState title="No view is saved yet" detail="Save where you are, and find it again here on every device." />
        )}
        {list('Mine', own)}
        {list('Shared by others', shared)}
      </DialogContent>
      <DialogActions>
        <Button onClick={onSave}>Save this view…</Button>
        <Button onClick={onClose}>Close</Button>
      </DialogActions>
    </Dialog>
  );
}
