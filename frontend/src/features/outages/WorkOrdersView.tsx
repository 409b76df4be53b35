import Box from '@mui/material/Box';
import ToggleButton from '@mui/material/ToggleButton';
import ToggleButtonGroup from '@mui/material/ToggleButtonGroup';
import { useCallback, useState } from 'react';
import { useQuery } from 'urql';

import { plural } from '../../lib/format';
import { problemOf } from '../../lib/graphql/errors';
import { NoticeBar } from '../../ui/NoticeBar';
import { Pager, rangeWords } from '../../ui/Pager';
import { EmptyState, ErrorState, LoadingState } from '../../ui/StateMessage';
import { usePaging } from '../../ui/usePaging';

import { WorkOrderCard } from './WorkOrderCard';
import { WorkOrderNews } from './news';
import { WorkOrdersQuery } from './queries';
import type { WorkOrder, WorkOrderListVariables } from './queries';
import { useCrews } from './useCrews';
import { useFresh } from './useFresh';
import { useWorkActions } from './useWorkActions';

const PAGE = 25;
const STATUSES = { unfinished: ['OPEN', 'ASSIGNED', 'IN_PROGRESS', 'ON_HOLD'], closed: ['COMPLETED', 'CANCELLED'] } as const;

interface Props {
  permissions: ReadonlySet<string>;
  timeZone: string;
  onOutage: (assetId: string) => void;
  onLocate: (order: WorkOrder) => void;
}

/** All work orders, of outages and of other work. */
export function WorkOrdersView(props: Props) {
  const [choice, setChoice] = useState<keyof typeof STATUSES>('unfinished');
  return (
    <>
      <NoticeBar />
      <ToggleButtonGroup
        exclusive
        fullWidth
        size="small"
        value={choice}
        onChange={(_event, next: keyof typeof STATUSES | null) => next !== null && setChoice(next)}
        aria-label="Which orders are listed"
        sx={{ mb: 0.75, '& .MuiToggleButton-root': { py: 0.25, textTransform: 'none' } }}
      >
        <ToggleButton value="unfinished">Unfinished</ToggleButton>
        <ToggleButton value="closed">Closed</ToggleButton>
      </ToggleButtonGroup>
      <OrderPages filters={{ status: { inList: [...STATUSES[choice]] } }} {...props} />
    </>
  );
}

function OrderPages({ filters, permissions, timeZone, onOutage, onLocate }: Props & { filters: WorkOrderListVariables['filters'] }) {
  const paging = usePaging(JSON.stringify(filters));
  const crews = useCrews(!permissions.has('grid.view_crew'));
  const actions = useWorkActions();
  const [{ data, error, fetching }, refetch] = useQuery({
    query: WorkOrdersQuery,
    variables: { first: PAGE, after: paging.after, filters, ordering: [{ createdAt: 'DESC' }] },
  });
  const refresh = useCallback(() => refetch({ requestPolicy: 'network-only' }), [refetch]);
  useFresh(refresh, WorkOrderNews);
  const page = data?.workOrders;
  if (page === undefined) {
    if (error !== undefined && !fetching) {
      return <ErrorState title="The work orders could not be loaded" detail={problemOf(error).message} onRetry={refresh} />;
    }
    return <LoadingState label="Loading the work orders" minHeight={200} />;
  }
  if (page.edges.length === 0 && paging.page === 0) return <EmptyState title="No such work order" />;
  return (
    <>
      <Box component="ul" aria-label="Work orders" data-testid="order-list" sx={{ listStyle: 'none', m: 0, p: 0 }}>
        {page.edges.map(({ node }) => (
          <WorkOrderCard
            key={node.assetId}
            order={node}
            actions={permissions.has('grid.change_workorder') ? actions : null}
            crews={crews.rows}
            timeZone={timeZone}
            onOutage={onOutage}
            onLocate={onLocate}
          />
        ))}
      </Box>
      <Pager note={rangeWords(paging.page * PAGE, page.edges.length, plural(page.totalCount, 'order'))} {...paging.steps(page.pageInfo)} />
    </>
  );
}
