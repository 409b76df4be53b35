import { graphql } from '../../gql/graphql';
import { RefusalFields } from '../../lib/graphql/refusal';

import { CrewFields, OutageFields, WorkOrderFields } from './queries';

/** A changed row, or why it was not changed. Every change answers under the name `payload`. */
const OutageAnswer = graphql(
  `
    fragment OutageAnswer on OutagePayload @_unmask {
      __typename
      ... on Outage {
        ...OutageFields
      }
      ...RefusalFields
    }
  `,
  [OutageFields, RefusalFields],
);

const WorkOrderAnswer = graphql(
  `
    fragment WorkOrderAnswer on WorkOrderPayload @_unmask {
      __typename
      ... on WorkOrder {
        ...WorkOrderFields
      }
      ...RefusalFields
    }
  `,
  [WorkOrderFields, RefusalFields],
);

const CrewAnswer = graphql(
  `
    fragment CrewAnswer on CrewPayload @_unmask {
      __typename
      ... on Crew {
        ...CrewFields
      }
      ...RefusalFields
    }
  `,
  [CrewFields, RefusalFields],
);

export const ReportOutage = graphql(
  `
    mutation ReportOutage($input: ReportOutageInput!) {
      payload: reportOutage(input: $input) {
        __typename
        ... on Outage {
          ...OutageFields
        }
        ...RefusalFields
      }
    }
  `,
  [OutageFields, RefusalFields],
);

export const ConfirmOutage = graphql(
  `
    mutation ConfirmOutage($input: OutageStepInput!) {
      payload: confirmOutage(input: $input) {
        ...OutageAnswer
      }
    }
  `,
  [OutageAnswer],
);

export const AssignOutageCrew = graphql(
  `
    mutation AssignOutageCrew($input: AssignOutageCrewInput!) {
      payload: assignOutageCrew(input: $input) {
        ...OutageAnswer
      }
    }
  `,
  [OutageAnswer],
);

export const WithdrawOutageCrew = graphql(
  `
    mutation WithdrawOutageCrew($input: OutageStepInput!) {
      payload: withdrawOutageCrew(input: $input) {
        ...OutageAnswer
      }
    }
  `,
  [OutageAnswer],
);

export const StartOutageWork = graphql(
  `
    mutation StartOutageWork($input: OutageStepInput!) {
      payload: startOutageWork(input: $input) {
        ...OutageAnswer
      }
    }
  `,
  [OutageAnswer],
);

export const RestoreOutage = graphql(
  `
    mutation RestoreOutage($input: RestoreOutageInput!) {
      payload: restoreOutage(input: $input) {
        ...OutageAnswer
      }
    }
  `,
  [OutageAnswer],
);

export const SetOutageCause = graphql(
  `
    mutation SetOutageCause($input: SetOutageCauseInput!) {
      payload: setOutageCause(input: $input) {
        ...OutageAnswer
      }
    }
  `,
  [OutageAnswer],
);

export const SetOutageEstimate = graphql(
  `
    mutation SetOutageEstimate($input: SetOutageEstimateInput!) {
      payload: setOutageEstimate(input: $input) {
        ...OutageAnswer
      }
    }
  `,
  [OutageAnswer],
);

export const CancelOutage = graphql(
  `
    mutation CancelOutage($input: OutageStepInput!) {
      payload: cancelOutage(input: $input) {
        ...OutageAnswer
      }
    }
  `,
  [OutageAnswer],
);

export const CreateWorkOrder = graphql(
  `
    mutation CreateWorkOrder($input: CreateWorkOrderInput!) {
      payload: createWorkOrder(input: $input) {
        ...WorkOrderAnswer
      }
    }
  `,
  [WorkOrderAnswer],
);

export const AssignWorkOrder = graphql(
  `
    mutation AssignWorkOrder($input: AssignWorkOrderInput!) {
      payload: assignWorkOrder(input: $input) {
        ...WorkOrderAnswer
      }
    }
  `,
  [WorkOrderAnswer],
);

export const WithdrawWorkOrder = graphql(
  `
    mutation WithdrawWorkOrder($input: WorkOrderStepInput!) {
      payload: withdrawWorkOrder(input: $input) {
        ...WorkOrderAnswer
      }
    }
  `,
  [WorkOrderAnswer],
);

export const StartWorkOrder = graphql(
  `
    mutation StartWorkOrder($input: WorkOrderStepInput!) {
      payload: startWorkOrder(input: $input) {
        ...WorkOrderAnswer
      }
    }
  `,
  [WorkOrderAnswer],
);

export const HoldWorkOrder = graphql(
  `
    mutation HoldWorkOrder($input: WorkOrderStepInput!) {
      payload: holdWorkOrder(input: $input) {
        ...WorkOrderAnswer
      }
    }
  `,
  [WorkOrderAnswer],
);

export const CompleteWorkOrder = graphql(
  `
    mutation CompleteWorkOrder($input: CompleteWorkOrderInput!) {
      payload: completeWorkOrder(input: $input) {
        ...WorkOrderAnswer
      }
    }
  `,
  [WorkOrderAnswer],
);

export const CancelWorkOrder = graphql(
  `
    mutation CancelWorkOrder($input: WorkOrderStepInput!) {
      payload: cancelWorkOrder(input: $input) {
        ...WorkOrderAnswer
      }
    }
  `,
  [WorkOrderAnswer],
);

export const SetCrewShift = graphql(
  `
    mutation SetCrewShift($input: SetCrewShiftInput!) {
      payload: setCrewShift(input: $input) {
        ...CrewAnswer
      }
    }
  `,
  [CrewAnswer],
);
