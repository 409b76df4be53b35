import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Chip from '@mui/material/Chip';
import Typography from '@mui/material/Typography';
import { useState } from 'react';

import { formatInstant, formatQuantity, humanize } from '../../lib/format';

import { Confirmation } from './Confirmation';
import type { Question } from './Confirmation';
import { CrewMenu } from './CrewMenu';
import type { CrewOnBoard, WorkOrder } from './queries';
import { JOINED_WORK_TYPES, workSteps } from './steps';
import type { WorkActions } from './useWorkActions';

const STATUS_COLOURS: Readonly<Record<string, 'warning' | 'primary' | 'success' | 'default'>> = {
  OPEN: 'warning',
  ASSIGNED: 'primary',
  IN_PROGRESS: 'primary',
  ON_HOLD: 'warning',
  COMPLETED: 'success',
};

interface Props {
  order: WorkOrder;
  /** Null: the account changes none. */
  actions: WorkActions | null;
  crews: readonly CrewOnBoard[];
  timeZone: string;
  /** Show its outage; left out where it is shown. */
  onOutage?: (assetId: string) => void;
  onLocate?: (order: WorkOrder) => void;
}

/** A work order with the steps it allows now. */
export function WorkOrderCard({ order, actions, crews, timeZone, onOutage, onLocate }: Props) {
  const [question, setQuestion] = useState<Question | null>(null);
  const steps = workSteps(order);
  const isJoined = order.outage != null && JOINED_WORK_TYPES.includes(order.workType);
  const { assetId, outage } = order;
  return (
    <Box component="li" data-testid={`order-${assetId}`} sx={{ py: 0.75, borderBottom: 1, borderColor: 'divider' }}>
      <Box sx={{ display: 'flex', gap: 1, alignItems: 'center' }}>
        <Typography variant="body2" component="span" sx={{ flex: 1, minWidth: 0 }}>
          {humanize(order.workType)} · {assetId}
        </Typography>
        <Chip variant="outlined" color={STATUS_COLOURS[order.status] ?? 'default'} label={humanize(order.status)} />
      </Box>
      <Typography variant="caption" component="p" color="textSecondary">
        {humanize(order.priority)} priority · {humanize(order.assetKind).toLowerCase()} {order.targetAssetId} ·{' '}
        {order.crew?.name ?? 'no crew'} · ordered {formatInstant(order.createdAt, timeZone)}
        {order.scheduledAt != null && ` · scheduled ${formatInstant(order.scheduledAt, timeZone)}`}
        {order.completedAt != null && ` · completed ${formatInstant(order.completedAt, timeZone)}`}
        {order.estimatedHours != null && ` · estimated ${formatQuantity(order.estimatedHours, 'h')}`}
        {order.actualHours != null && ` · took ${formatQuantity(order.actualHours, 'h')}`}
      </Typography>
      {order.description != null && order.description !== '' && (
        <Typography variant="caption" component="p">
          {order.description}
        </Typography>
      )}
      <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: 0.75, mt: 0.25 }}>
        {onOutage !== undefined && outage != null && <Button onClick={() => onOutage(outage.assetId)}>Outage {outage.assetId}</Button>}
        {onLocate !== undefined && <Button onClick={() => onLocate(order)}>Map</Button>}
        {actions !== null && (
          <>
            {steps.has('ASSIGN') && (
              <CrewMenu label="Assign" crews={crews} testId={`assign-${assetId}`} onChoose={(crew) => void actions.assign(order, crew)} />
            )}
            {steps.has('START') && (
              <Button
                variant="outlined"
                onClick={() => {
                  if (order.status === 'ON_HOLD') void actions.start(order);
                  else {
                    setQuestion({
                      title: `Has the work of ${assetId} begun?`,
                      detail: isJoined ? 'Its outage goes to in progress with it.' : 'Its crew is on site from now on.',
                      action: 'Work has begun',
                      run: () => actions.start(order),
                    });
                  }
                }}
              >
                Start
              </Button>
            )}
            {steps.has('HOLD') && (
              <Button
                variant="outlined"
                onClick={() => {
                  if (order.status === 'IN_PROGRESS') void actions.hold(order);
                  else {
                    setQuestion({
                      title: `Put ${assetId} on hold?`,
                      detail: 'It waits until it is started or assigned again.',
                      action: 'Put on hold',
                      run: () => actions.hold(order),
                    });
                  }
                }}
              >
                Hold
              </Button>
            )}
            {steps.has('WITHDRAW') && order.crew != null && (
              <Button
                variant="outlined"
                onClick={() => {
                  if (order.status === 'ASSIGNED') void actions.withdraw(order);
                  else {
                    setQuestion({
                      title: `Withdraw ${order.crew?.name ?? 'the crew'} from ${assetId}?`,
                      detail: 'Its work has begun. The order is open again and waits for a crew.',
                      action: 'Withdraw',
                      run: () => actions.withdraw(order),
                    });
                  }
                }}
              >
                Withdraw
              </Button>
            )}
            {steps.has('COMPLETE') && (
              <Button
                variant="outlined"
                data-testid={`complete-${assetId}`}
                onClick={() =>
                  setQuestion({
                    title: `Is the work of ${assetId} done?`,
                    detail: 'A completed order is closed; this cannot be taken back.',
                    action: 'Completed',
                    input: { label: 'Hours spent (empty: not known)', isNumber: true },
                    run: (hours) => actions.complete(order, hours === '' ? null : Number(hours)),
                  })
                }
              >
                Complete
              </Button>
            )}
            {steps.has('CANCEL') && (
              <Button
                color="error"
                onClick={() =>
                  setQuestion({
                    title: `Cancel ${assetId}?`,
                    detail: 'A cancelled order is closed; this cannot be taken back.',
                    action: 'Cancel the order',
                    isDangerous: true,
                    input: { label: 'Why (kept in the history)' },
                    run: (note) => actions.cancel(order, note),
                  })
                }
              >
                Cancel
              </Button>
            )}
          </>
        )}
      </Box>
      {question !== null && <Confirmation question={question} onClose={() => setQuestion(null)} />}
    </Box>
  );
}
