import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import MenuItem from '@mui/material/MenuItem';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useCallback, useId, useState } from 'react';
import type { SyntheticEvent } from 'react';
import { useQuery } from 'urql';

import { formatNumber, humanize, plural } from '../../lib/format';
import { problemOf } from '../../lib/graphql/errors';
import { ErrorLine, LoadingState } from '../../ui/StateMessage';

import { WorkOrderCard } from './WorkOrderCard';
import { WorkOrderNews } from './news';
import { WorkOrdersQuery } from './queries';
import type { CrewOnBoard, Outage } from './queries';
import { deviceOf, PRIORITIES, WORK_TYPES } from './steps';
import { useFresh } from './useFresh';
import { useWorkActions } from './useWorkActions';
import type { NewOrder } from './useWorkActions';

const SHOWN = 20;

interface Props {
  outage: Outage;
  permissions: ReadonlySet<string>;
  crews: readonly CrewOnBoard[];
  timeZone: string;
}

/** The work orders of an outage. */
export function OutageOrders({ outage, permissions, crews, timeZone }: Props) {
  const id = useId();
  const actions = useWorkActions();
  const [isOrdering, setOrdering] = useState(false);
  const [{ data, error, fetching }, refetch] = useQuery({
    query: WorkOrdersQuery,
    variables: { first: SHOWN, filters: { outageId: { exact: outage.assetId } }, ordering: [{ createdAt: 'DESC' }] },
    requestPolicy: 'cache-and-network',
  });
  const refresh = useCallback(() => refetch({ requestPolicy: 'network-only' }), [refetch]);
  useFresh(refresh, WorkOrderNews);
  const orders = data?.workOrders;
  return (
    <Box component="section" aria-labelledby={id} data-testid="outage-orders" sx={{ mt: 1.5 }}>
      <Box sx={{ display: 'flex', alignItems: 'center', justifyContent: 'space-between' }}>
        <Typography id={id} variant="overline" component="h3" color="textSecondary">
          Work orders{orders === undefined ? '' : ` · ${formatNumber(orders.totalCount)}`}
        </Typography>
        {permissions.has('grid.add_workorder') && (
          <Button aria-expanded={isOrdering} onClick={() => setOrdering(!isOrdering)} data-testid="new-order">
            Order work…
          </Button>
        )}
      </Box>
      {isOrdering && (
        <OrderForm
          outage={outage}
          onOrder={async (order) => {
            if (await actions.create(order)) setOrdering(false);
          }}
        />
      )}
      {orders === undefined &&
        (error !== undefined && !fetching ? (
          <ErrorLine title={problemOf(error).message} onRetry={refresh} />
        ) : (
          <LoadingState label="Loading the work orders" minHeight={48} />
        ))}
      {orders?.totalCount === 0 && (
        <Typography variant="caption" color="textSecondary">
          None yet. Assigning a crew makes the order of the restoration.
        </Typography>
      )}
      <Box component="ul" aria-label="Work orders of the outage" sx={{ listStyle: 'none', m: 0, p: 0 }}>
        {orders?.edges.map(({ node }) => (
          <WorkOrderCard
            key={node.assetId}
            order={node}
            actions={permissions.has('grid.change_workorder') ? actions : null}
            crews={crews}
            timeZone={timeZone}
          />
        ))}
      </Box>
      {orders !== undefined && orders.totalCount > SHOWN && (
        <Typography variant="caption" color="textSecondary">
          {plural(orders.totalCount - SHOWN, 'older order')} not shown.
        </Typography>
      )}
    </Box>
  );
}

function OrderForm({ outage, onOrder }: { outage: Outage; onOrder: (order: NewOrder) => Promise<void> }) {
  const [workType, setWorkType] = useState<string>(WORK_TYPES[0]);
  const [priority, setPriority] = useState<string>(PRIORITIES[1]);
  const [hours, setHours] = useState('');
  const [description, setDescription] = useState('');
  const [isBusy, setBusy] = useState(false);
  const device = deviceOf(outage);
  const isWrong = hours !== '' && !(Number(hours) > 0 && Number.isFinite(Number(hours)));
  const submit = async (event: SyntheticEvent): Promise<void> => {
    event.preventDefault();
    if (isWrong) return;
    setBusy(true);
    await onOrder({
      workType,
      priority,
      assetKind: device.kind,
      assetId: device.assetId,
      outageId: outage.assetId,
      description: description.trim() === '' ? null : description.trim(),
      estimatedHours: hours === '' ? null : Number(hours),
    });
    setBusy(false);
  };
  return (
    <Box
      component="form"
      noValidate
      aria-label="Order work"
      onSubmit={(event) => void submit(event)}
      sx={{ display: 'grid', gridTemplateColumns: 'repeat(auto-fit, minmax(120px, 1fr))', gap: 1, border: 1, borderColor: 'divider', borderRadius: 1, p: 1.25, my: 0.5 }}
    >
      <TextField select label="Work" value={workType} onChange={(event) => setWorkType(event.target.value)}>
        {WORK_TYPES.map((each) => (
          <MenuItem key={each} value={each}>
            {humanize(each)}
          </MenuItem>
        ))}
      </TextField>
      <TextField select label="Priority" value={priority} onChange={(event) => setPriority(event.target.value)}>
        {PRIORITIES.map((each) => (
          <MenuItem key={each} value={each}>
            {humanize(each)}
          </MenuItem>
        ))}
      </TextField>
      <TextField
        label="Hours expected"
        value={hours}
        onChange={(event) => setHours(event.target.value)}
        error={isWrong}
        helperText={isWrong ? 'A number above 0, or nothing' : undefined}
        slotProps={{ htmlInput: { inputMode: 'decimal', maxLength: 8 } }}
      />
      <TextField
        label="What is to be done"
        value={description}
        onChange={(event) => setDescription(event.target.value)}
        slotProps={{ htmlInput: { maxLength: 500 } }}
        sx={{ gridColumn: '1 / -1' }}
      />
      <Button type="submit" variant="contained" disabled={isBusy || isWrong} sx={{ gridColumn: '1 / -1', justifySelf: 'start' }} data-testid="order-submit">
        Order for {humanize(device.label).toLowerCase()} {device.assetId}
      </Button>
    </Box>
  );
}
