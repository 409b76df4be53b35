import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import IconButton from '@mui/material/IconButton';
import Typography from '@mui/material/Typography';
import { createContext, use } from 'react';
import type { ReactNode } from 'react';

import type { Lines } from '../../lib/draw/lines';
import { problemOf } from '../../lib/graphql/errors';
import { EmptyState, ErrorState, LoadingState } from '../../ui/StateMessage';
import { BoltIcon, CloseIcon, TargetIcon } from '../../ui/icons';

import { canFail } from './kinds';

/** What a card can ask of the app around it. */
export interface CardActions {
  onClose: () => void;
  /** Show another asset's card. */
  onSelect: (assetId: string) => void;
  /** Centre the map on this asset. */
  onLocate: (assetId: string, at: { lon: number; lat: number } | null) => void;
  /** Make this asset an initial outage of the next cascade run. */
  onFail: (assetId: string, name: string) => void;
  isFailing: (assetId: string) => boolean;
  /** Show the lines of a trace on the map; null: none any more. */
  onTraced: (lines: Lines | null) => void;
  timeZone: string | undefined;
}

export const CardActionsContext = createContext<CardActions | null>(null);

export function useCardActions(): CardActions {
  const actions = use(CardActionsContext);
  if (actions === null) throw new Error('An asset card needs its actions.');
  return actions;
}

interface FrameProps {
  assetId: string;
  kind: string;
  title: string;
  at: { lon: number; lat: number } | null;
  children: ReactNode;
}

/** Title, actions and body that all cards share. */
export function CardFrame({ assetId, kind, title, at, children }: FrameProps) {
  const { onClose, onLocate, onFail, isFailing } = useCardActions();
  const isAdded = isFailing(assetId);
  return (
    <Box component="article" aria-label={`${kind} ${title}`} data-testid="asset-card" data-asset-id={assetId}>
      <Box sx={{ display: 'flex', alignItems: 'flex-start', gap: 1 }}>
        <Box sx={{ flex: 1, minWidth: 0 }}>
          <Typography variant="overline" component="p" color="textSecondary">
            {kind} · {assetId}
          </Typography>
          <Typography variant="h2" sx={{ overflowWrap: 'anywhere' }}>
            {title}
          </Typography>
        </Box>
        <IconButton aria-label="Centre the map on it" onClick={() => onLocate(assetId, at)}>
          <TargetIcon fontSize="small" />
        </IconButton>
        <IconButton aria-label="Close the card" onClick={onClose} data-testid="close-card">
          <CloseIcon fontSize="small" />
        </IconButton>
      </Box>
      {canFail(assetId) && (
        <Button
          variant="outlined"
          color="warning"
          startIcon={<BoltIcon />}
          disabled={isAdded}
          onClick={() => onFail(assetId, title)}
          data-testid="fail-this"
          sx={{ mt: 1 }}
        >
          {isAdded ? 'Among the initial outages' : 'Fail this in a cascade'}
        </Button>
      )}
      <Box sx={{ mt: 1.25 }}>{children}</Box>
    </Box>
  );
}

interface QueryLike {
  fetching: boolean;
  error?: Parameters<typeof problemOf>[0] | undefined;
}

/** Loading, failed and not-found forms of a card; null once there is something to show. */
export function cardPlaceholder(
  assetId: string,
  query: QueryLike,
  found: boolean,
  retry: () => void,
): ReactNode {
  if (found) return null;
  if (query.fetching) return <LoadingState label={`Loading ${assetId}`} minHeight={220} />;
  if (query.error !== undefined) {
    const problem = problemOf(query.error);
    if (problem.code !== 'NOT_FOUND') {
      return <ErrorState title={`${assetId} could not be loaded`} detail={problem.message} onRetry={retry} />;
    }
  }
  return <EmptyState title={`${assetId} was not found`} detail="It does not exist, or your account may not see it." />;
}

export function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Box component="section" sx={{ mt: 1.5 }}>
      <Typography variant="h3" component="h3" color="textSecondary" sx={{ mb: 0.5 }}>
        {title}
      </Typography>
      {children}
    </Box>
  );
}

/** A link to another asset's card. */
export function AssetLink({ assetId, children }: { assetId: string; children: ReactNode }) {
  const { onSelect } = useCardActions();
  return (
    <Button
      onClick={() => onSelect(assetId)}
      sx={{ p: 0, minWidth: 0, fontWeight: 400, textAlign: 'left', lineHeight: 1.4, verticalAlign: 'baseline' }}
    >
      {children}
    </Button>
  );
}
