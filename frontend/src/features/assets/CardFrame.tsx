import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import IconButton from '@mui/material/IconButton';
import Typography from '@mui/material/Typography';
import type { ReactNode } from 'react';

import { problemOf } from '../../lib/graphql/errors';
import { EmptyState, ErrorState, LoadingState } from '../../ui/StateMessage';
import { BoltIcon, CloseIcon, TargetIcon } from '../../ui/icons';

import { CardMore } from './CardMore';
import { PinButton } from './PinButton';
import { useCardActions } from './cardActions';
import { canFail, kindOf } from './kinds';

interface FrameProps {
  assetId: string;
  kind: string;
  title: string;
  at: { lon: number; lat: number } | null;
  /** The circuit it belongs to, or itself. */
  circuitId?: string;
  children: ReactNode;
}

/** Title, actions and body that all cards share. */
export function CardFrame({ assetId, kind, title, at, circuitId, children }: FrameProps) {
  const { onClose, onLocate, onFail, isFailing } = useCardActions();
  const isAdded = isFailing(assetId);
  const assetKind = kindOf(assetId);
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
        <PinButton assetId={assetId} />
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
      {assetKind !== null && <CardMore key={assetId} assetId={assetId} kind={assetKind} at={at} circuitId={circuitId ?? null} />}
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
