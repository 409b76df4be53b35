import { graphql } from '../../gql/graphql';
import { RefusalFields } from '../../lib/graphql/refusal';

import { TreeFields } from './queries';

export const RecordInspection = graphql(
  `
    mutation RecordTreeInspection($input: RecordTreeInspectionInput!) {
      payload: recordTreeInspection(input: $input) {
        __typename
        ... on TreeRisk {
          ...VegetationTreeFields
        }
        ...RefusalFields
      }
    }
  `,
  [TreeFields, RefusalFields],
);

export const StartAssessment = graphql(
  `
    mutation StartVegetationAssessment {
      payload: startVegetationAssessment {
        __typename
        ... on Job {
          id
          status
        }
        ...RefusalFields
      }
    }
  `,
  [RefusalFields],
);

export const CreateOrder = graphql(
  `
    mutation CreateVegetationWorkOrder($input: CreateVegetationWorkOrderInput!) {
      payload: createVegetationWorkOrder(input: $input) {
        __typename
        ... on WorkOrder {
          id
          assetId
          version
        }
        ...RefusalFields
      }
    }
  `,
  [RefusalFields],
);

export const CancelOrder = graphql(
  `
    mutation CancelVegetationWorkOrder($input: WorkOrderStepInput!) {
      payload: cancelWorkOrder(input: $input) {
        __typename
        ... on WorkOrder {
          id
          assetId
          status
          version
        }
        ...RefusalFields
      }
    }
  `,
  [RefusalFields],
);
