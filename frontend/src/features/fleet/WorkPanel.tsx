import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Chip from '@mui/material/Chip';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import Typography from '@mui/material/Typography';
import { useCallback, useRef, useState } from 'react';
import type { Ref } from 'react';
import { useQuery, useSubscription } from 'urql';

import { formatInstant, formatNumber, humanize, UNKNOWN } from '../../lib/format';
import { problemOf } from '../../lib/graphql/errors';
import { EmptyState, ErrorState, LoadingState } from '../../ui/StateMessage';
import { usePolling } from '../../ui/usePolling';
import { visuallyHidden } from '../../ui/visuallyHidden';

import { OrderDialog } from './OrderDialog';
import { Panel } from './Panel';
import { ACTION_WORDS, BASIS_WORDS } from './recommendation';
import type { Recommendation } from './recommendation';
import { OrderNewsSubscription, OrdersQuery } from './transformerQueries';
import type { Order, Transformer } from './transformerQueries';
import { useNews } from './useNews';

const SHOWN = 20;
const POLL_MS = 60_000;
const CLOSED: ReadonlySet<string> = new Set(['COMPLETED', 'CANCELLED']);

interface Props {
  transformer: Transformer;
  /** Undefined until all it rests on is known; null: nothing speaks for action now. */
  recommendation: Recommendation | null | undefined;
  isHotSpotKnown: boolean;
  canSeeOrders: boolean;
  canOrder: boolean;
  timeZone: string | undefined;
}

/** What to do about it, the orders there are, and a new one. */
export function WorkPanel({ transformer, recommendation, isHotSpotKnown, canSeeOrders, canOrder, timeZone }: Props) {
  const [{ data, error, fetching }, refetch] = useQuery({
    query: OrdersQuery,
    variables: { first: SHOWN, filters: { targetAssetId: { exact: transformer.assetId } } },
    pause: !canSeeOrders,
  });
  const refresh = useCallback(() => {
    if (canSeeOrders) refetch({ requestPolicy: 'network-only' });
  }, [refetch, canSeeOrders]);
  const [{ data: news }] = useSubscription({
    query: OrderNewsSubscription,
    variables: { circuitId: transformer.circuit.assetId },
    pause: !canSeeOrders,
  });
  useNews(news, refresh);
  usePolling(refresh, POLL_MS);
  const [isOrdering, setIsOrdering] = useState(false);
  const [created, setCreated] = useState<string | null>(null);
  const createdRow = useRef<HTMLTableRowElement>(null);
  const orders = data?.workOrders;
  const open = orders?.edges.map((edge) => edge.node).filter((order) => !CLOSED.has(order.status)) ?? [];
  const already = recommendation == null ? undefined : open.find((order) => order.workType === recommendation.workType);
  return (
    <Panel title="Recommended action and work" testId="transformer-work">
      <Box sx={{ display: 'flex', alignItems: 'flex-start', gap: 1.5, mb: 1, flexWrap: 'wrap' }}>
        <Box sx={{ flex: '1 1 240px' }} data-testid="recommendation">
          {recommendation === undefined ? (
            <Typography variant="body2">Weighing what is known</Typography>
          ) : recommendation === null ? (
            <Typography variant="body2">
              {isHotSpotKnown
                ? 'Neither a prediction of its failure, nor its load and hot spot, nor the band of its health calls for action.'
                : 'Neither a prediction of its failure, nor its load, nor the band of its health calls for action. Its hot spot is not known.'}
            </Typography>
          ) : (
            <>
              <Typography variant="body2" sx={{ fontWeight: 500 }}>
                {ACTION_WORDS[recommendation.action]}, {recommendation.priority === 'HIGH' ? 'soon' : 'in time'}
              </Typography>
              {recommendation.isReliefDue && (
                <Typography variant="body2">Until then take load off it: move customers to a neighbouring transformer, or ask large ones to use less at its peak.</Typography>
              )}
              {recommendation.reasons.map(({ basis, why }) => (
                <Typography key={basis} variant="caption" component="p" color="textSecondary">
                  {why} ({BASIS_WORDS[basis]}).
                </Typography>
              ))}
            </>
          )}
          {already !== undefined && (
            <Typography variant="caption" component="p">
              Ordered already: {already.assetId}, {humanize(already.status).toLowerCase()}.
            </Typography>
          )}
        </Box>
        {canOrder ? (
          <Button variant={recommendation == null || already !== undefined ? 'outlined' : 'contained'} onClick={() => setIsOrdering(true)} data-testid="order-work">
            Create a work order
          </Button>
        ) : (
          <Typography variant="caption" color="textSecondary">
            Your account may not create work orders.
          </Typography>
        )}
      </Box>
      {created !== null && (
        <Alert
          severity="success"
          variant="outlined"
          onClose={() => setCreated(null)}
          data-testid="order-created"
          sx={{ mb: 1 }}
          action={
            canSeeOrders && (
              <Button color="inherit" onClick={() => createdRow.current?.focus()}>
                Show it
              </Button>
            )
          }
        >
          Work order {created} was created.
        </Alert>
      )}
      {!canSeeOrders ? (
        <Typography variant="caption" color="textSecondary">
          Your account may not see work orders.
        </Typography>
      ) : orders === undefined ? (
        error !== undefined && !fetching ? (
          <ErrorState title="Its work orders could not be loaded" detail={problemOf(error).message} onRetry={refresh} />
        ) : (
          <LoadingState label="Loading its work orders" />
        )
      ) : orders.totalCount === 0 ? (
        <EmptyState title="No work order is on record of it" />
      ) : (
        <Box sx={{ overflowX: 'auto' }}>
          <Table data-testid="orders-table">
            <caption style={visuallyHidden}>Work orders on this transformer, the newest first</caption>
            <TableHead>
              <TableRow>
                <TableCell>Order</TableCell>
                <TableCell>Work</TableCell>
                <TableCell>Priority</TableCell>
                <TableCell>Status</TableCell>
                <TableCell>Created</TableCell>
                <TableCell>Crew</TableCell>
              </TableRow>
            </TableHead>
            <TableBody>
              {orders.edges.map(({ node }) => (
                <OrderRow key={node.id} order={node} ref={node.assetId === created ? createdRow : null} isNew={node.assetId === created} timeZone={timeZone} />
              ))}
            </TableBody>
          </Table>
        </Box>
      )}
      {orders !== undefined && orders.totalCount > SHOWN && (
        <Typography variant="caption" color="textSecondary">
          {formatNumber(orders.totalCount - SHOWN)} older ones are not shown.
        </Typography>
      )}
      {isOrdering && (
        <OrderDialog
          transformer={transformer}
          recommendation={recommendation ?? null}
          open={open}
          onClose={() => setIsOrdering(false)}
          onCreated={(orderId) => {
            setIsOrdering(false);
            setCreated(orderId);
            refresh();
          }}
        />
      )}
    </Panel>
  );
}

interface RowProps {
  order: Order;
  isNew: boolean;
  ref: Ref<HTMLTableRowElement>;
  timeZone: string | undefined;
}

function OrderRow({ order, isNew, ref, timeZone }: RowProps) {
  return (
    <TableRow ref={ref} tabIndex={isNew ? -1 : undefined} selected={isNew} data-testid={`order-${order.assetId}`}>
      <TableCell title={order.description ?? undefined}>{order.assetId}</TableCell>
      <TableCell>{humanize(order.workType)}</TableCell>
      <TableCell>{humanize(order.priority)}</TableCell>
      <TableCell>
        <Chip variant="outlined" label={humanize(order.status)} />
      </TableCell>
      <TableCell>{formatInstant(order.createdAt, timeZone)}</TableCell>
      <TableCell>{order.crew?.name ?? UNKNOWN}</TableCell>
    </TableRow>
  );
}
