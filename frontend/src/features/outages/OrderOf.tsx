import Box from '@mui/material/Box';
import { useCallback } from 'react';
import { useQuery } from 'urql';

import { problemOf } from '../../lib/graphql/errors';
import { ErrorLine, LoadingState } from '../../ui/StateMessage';

import { WorkOrderCard } from './WorkOrderCard';
import { WorkOrderNews } from './news';
import { WorkOrdersQuery } from './queries';
import type { CrewOnBoard } from './queries';
import { useFresh } from './useFresh';
import { useWorkActions } from './useWorkActions';

interface Props {
  workOrderId: string;
  canChange: boolean;
  crews: readonly CrewOnBoard[];
  timeZone: string;
}

/** One work order with its steps, for what it was made of. */
export function OrderOf({ workOrderId, canChange, crews, timeZone }: Props) {
  const actions = useWorkActions();
  const [{ data, error, fetching }, refetch] = useQuery({
    query: WorkOrdersQuery,
    variables: { first: 1, filters: { assetId: { exact: workOrderId } }, ordering: [{ createdAt: 'DESC' as const }] },
    requestPolicy: 'cache-and-network',
  });
  const refresh = useCallback(() => refetch({ requestPolicy: 'network-only' }), [refetch]);
  useFresh(refresh, WorkOrderNews);
  const order = data?.workOrders.edges[0]?.node;
  if (order === undefined) {
    if (error !== undefined && !fetching) return <ErrorLine title={problemOf(error).message} onRetry={refresh} />;
    return data === undefined ? <LoadingState label="Loading the work order" minHeight={48} /> : <span>Order {workOrderId}</span>;
  }
  return (
    <Box component="ul" aria-label={`Order ${workOrderId}`} sx={{ listStyle: 'none', m: 0, pl: 1.5, borderLeft: 2, borderColor: 'divider' }}>
      <WorkOrderCard order={order} actions={canChange ? actions : null} crews={crews} timeZone={timeZone} />
    </Box>
  );
}
