import { graphql } from '../../gql/graphql';

import { TreeFields } from './queries';

export const RecordInspection = graphql(
  `
    mutation RecordTreeInspection($input: RecordTreeInspectionInput!) {
      payload: recordTreeInspection(input: $input) {
        __typename
        ... on TreeRisk {
          ...VegetationTreeFields
        }
        ... on OperationInfo {
          code
          message
          field
        }
      }
    }
  `,
  [TreeFields],
);

export const StartAssessment = graphql(`
  mutation StartVegetationAssessment {
    payload: startVegetationAssessment {
      __typename
      ... on Job {
        id
        status
      }
      ... on OperationInfo {
        code
        message
        field
      }
    }
  }
`);

export const CreateOrder = graphql(`
  mutation CreateVegetationWorkOrder($input: CreateVegetationWorkOrderInput!) {
    payload: createVegetationWorkOrder(input: $input) {
      __typename
      ... on WorkOrder {
        id
        assetId
        version
      }
      ... on OperationInfo {
        code
        message
        field
      }
    }
  }
`);

export const CancelOrder = graphql(`
  mutation CancelVegetationWorkOrder($input: WorkOrderStepInput!) {
    payload: cancelWorkOrder(input: $input) {
      __typename
      ... on WorkOrder {
        id
        assetId
        status
        version
      }
      ... on OperationInfo {
        code
        message
        field
      }
    }
  }
`);
