import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import ToggleButton from '@mui/material/ToggleButton';
import ToggleButtonGroup from '@mui/material/ToggleButtonGroup';
import Typography from '@mui/material/Typography';
import { useCallback, useState } from 'react';
import { useQuery } from 'urql';

import { formatNumber, plural } from '../../lib/format';
import { problemOf } from '../../lib/graphql/errors';
import { NoticeBar } from '../../ui/NoticeBar';
import { EmptyState, ErrorState, LoadingState } from '../../ui/StateMessage';

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
      <Pages key={choice} filters={{ status: { inList: [...STATUSES[choice]] } }} {...props} />
    </>
  );
}

function Pages({ filters, permissions, timeZone, onOutage, onLocate }: Props & { filters: WorkOrderListVariables['filters'] }) {
  const [cursors, setCursors] = useState<(string | null)[]>([null]);
  const crews = useCrews(!permissions.has('grid.view_crew'));
  const actions = useWorkActions();
  const [{ data, error, fetching }, refetch] = useQuery({
    query: WorkOrdersQuery,
    variables: { first: PAGE, after: cursors.at(-1) ?? null, filters, ordering: [{ createdAt: 'DESC' }] },
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
  if (page.edges.length === 0 && cursors.length === 1) return <EmptyState title="No such work order" />;
  const from = (cursors.length - 1) * PAGE;
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
      <Box sx={{ display: 'flex', alignItems: 'center', gap: 1, mt: 0.5 }}>
        <Typography variant="caption" color="textSecondary" sx={{ flex: 1 }}>
          {page.edges.length === 0 ? 'None here' : `${formatNumber(from + 1)} to ${formatNumber(from + page.edges.length)}`} of{' '}
          {plural(page.totalCount, 'order')}
        </Typography>
        <Button disabled={cursors.length === 1} onClick={() => setCursors((all) => all.slice(0, -1))}>
          Before
        </Button>
        <Button disabled={!page.pageInfo.hasNextPage} onClick={() => setCursors((all) => [...all, page.pageInfo.endCursor ?? null])}>
          Next
        </Button>
      </Box>
    </>
  );
}
