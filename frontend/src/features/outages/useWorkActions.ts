import { useMemo } from 'react';

import { tell, useChange } from '../../lib/changes';
import { humanize } from '../../lib/format';

import {
  AssignWorkOrder,
  CancelWorkOrder,
  CompleteWorkOrder,
  CreateWorkOrder,
  HoldWorkOrder,
  StartWorkOrder,
  WithdrawWorkOrder,
} from './mutations';
import type { WorkOrder } from './queries';

export interface NewOrder {
  workType: string;
  priority: string;
  assetKind: string;
  assetId: string;
  outageId: string;
  description: string | null;
  estimatedHours: number | null;
}

export interface WorkActions {
  create: (order: NewOrder) => Promise<boolean>;
  assign: (order: WorkOrder, crew: { assetId: string; name: string }) => Promise<boolean>;
  withdraw: (order: WorkOrder) => Promise<boolean>;
  start: (order: WorkOrder) => Promise<boolean>;
  hold: (order: WorkOrder) => Promise<boolean>;
  complete: (order: WorkOrder, actualHours: number | null) => Promise<boolean>;
  cancel: (order: WorkOrder, note: string) => Promise<boolean>;
}

/** The steps of a work order; the order of an outage moves its outage along. */
export function useWorkActions(): WorkActions {
  const create = useChange(CreateWorkOrder);
  const assign = useChange(AssignWorkOrder);
  const withdraw = useChange(WithdrawWorkOrder);
  const start = useChange(StartWorkOrder);
  const hold = useChange(HoldWorkOrder);
  const complete = useChange(CompleteWorkOrder);
  const cancel = useChange(CancelWorkOrder);

  return useMemo((): WorkActions => {
    const seen = (order: WorkOrder) => ({ workOrderId: order.assetId, expectedVersion: order.version });
    return {
      create: async (order) => {
        const outcome = await create({ input: order });
        return tell(outcome, `${outcome.row?.assetId ?? 'An order'} is open: ${humanize(order.workType).toLowerCase()}`);
      },
      assign: async (order, crew) => {
        const before = order.crew;
        return tell(
          await assign({ input: { ...seen(order), crewId: crew.assetId } }),
          `${crew.name} is assigned to ${order.assetId}`,
          order.status === 'ON_HOLD'
            ? undefined
            : (row) =>
                before == null
                  ? withdraw({ input: seen(row) })
                  : assign({ input: { ...seen(row), crewId: before.assetId } }),
        );
      },
      withdraw: async (order) => {
        const { crew } = order;
        return tell(
          await withdraw({ input: seen(order) }),
          `${crew?.name ?? 'The crew'} is withdrawn from ${order.assetId}`,
          crew == null || order.status !== 'ASSIGNED'
            ? undefined
            : (row) => assign({ input: { ...seen(row), crewId: crew.assetId } }),
        );
      },
      start: async (order) =>
        tell(
          await start({ input: seen(order) }),
          `${order.assetId} is in progress`,
          order.status === 'ON_HOLD' ? (row) => hold({ input: seen(row) }) : undefined,
        ),
      hold: async (order) =>
        tell(
          await hold({ input: seen(order) }),
          `${order.assetId} is on hold`,
          order.status === 'IN_PROGRESS' ? (row) => start({ input: seen(row) }) : undefined,
        ),
      complete: async (order, actualHours) =>
        tell(await complete({ input: { ...seen(order), actualHours } }), `${order.assetId} is completed`),
      cancel: async (order, note) =>
        tell(await cancel({ input: { ...seen(order), note: note === '' ? null : note } }), `${order.assetId} is cancelled`),
    };
  }, [create, assign, withdraw, start, hold, complete, cancel]);
}
