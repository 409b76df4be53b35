import { graphql } from '../../gql/graphql';
import type { ResultOf, VariablesOf } from '../../gql/graphql';

export const OutageFields = graphql(`
  fragment OutageFields on Outage @_unmask {
    id
    assetId
    lon
    lat
    status
    causeCode
    isPlanned
    source
    startedAt
    confirmedAt
    restoredAt
    estimatedRestorationAt
    estimatedRestorationP80At
    customersInterrupted
    customersOut
    notes
    version
    updatedAt
    circuit {
      id
      assetId
      name
    }
    substation {
      id
      assetId
      name
    }
    switch {
      id
      assetId
      kind
    }
    transformer {
      id
      assetId
    }
    meter {
      id
      assetId
    }
    crew {
      id
      assetId
      name
    }
  }
`);

export const CrewFields = graphql(`
  fragment CrewFields on Crew @_unmask {
    id
    assetId
    name
    kind
    memberCount
    status
    version
    lon
    lat
    homeSubstation {
      id
      assetId
      name
    }
  }
`);

export const WorkOrderFields = graphql(`
  fragment WorkOrderFields on WorkOrder @_unmask {
    id
    assetId
    lon
    lat
    workType
    priority
    status
    assetKind
    targetAssetId
    description
    createdAt
    scheduledAt
    completedAt
    estimatedHours
    actualHours
    version
    circuit {
      id
      assetId
      name
    }
    outage {
      id
      assetId
    }
    crew {
      id
      assetId
      name
    }
  }
`);

export const OutageListQuery = graphql(
  `
    query OutageList($first: Int!, $after: String, $filters: OutageFilter, $ordering: [OutageOrder!]!) {
      outages(first: $first, after: $after, filters: $filters, ordering: $ordering) {
        totalCount
        pageInfo {
          hasNextPage
          endCursor
        }
        edges {
          node {
            ...OutageFields
          }
        }
      }
    }
  `,
  [OutageFields],
);

export const OutageDetailQuery = graphql(
  `
    query OutageDetail($assetId: String!) {
      outage(assetId: $assetId) {
        ...OutageFields
        steps {
          stepNumber
          restoredAt
          customersRestored
        }
      }
    }
  `,
  [OutageFields],
);

export const RestorationEstimateQuery = graphql(`
  query OutageRestorationEstimate($outageId: String!) {
    restorationEstimate(outageId: $outageId) {
      p50At
      p80At
      basis
      sampleCount
      kind
    }
  }
`);

export const InterruptionsQuery = graphql(`
  query OutageInterruptions($outageId: String!, $first: Int!, $isOpen: Boolean) {
    outageInterruptions(
      first: $first
      filters: { outageId: { exact: $outageId }, restoredAt: { isNull: $isOpen } }
    ) {
      totalCount
      edges {
        node {
          id
          assetId
          customers
          startedAt
          restoredAt
          transformer {
            id
            assetId
          }
          meter {
            id
            assetId
          }
        }
      }
    }
  }
`);

export const OutageHistoryQuery = graphql(`
  query OutageHistory($assetId: String!, $first: Int!) {
    outage(assetId: $assetId) {
      id
      history(first: $first) {
        totalCount
        edges {
          node {
            id
            version
            action
            fromStatus
            toStatus
            actor
            at
            note
          }
        }
      }
    }
  }
`);

export const CauseCodesQuery = graphql(`
  query OutageCauseCodes {
    causeCodes {
      code
      label
      category
    }
  }
`);

export const CrewsQuery = graphql(
  `
    query OutageCrews($first: Int!) {
      crews(first: $first, ordering: [{ status: ASC }, { name: ASC }]) {
        totalCount
        edges {
          node {
            ...CrewFields
            outages(first: 3, filters: { status: { inList: ["ASSIGNED", "IN_PROGRESS"] } }) {
              edges {
                node {
                  id
                  assetId
                }
              }
            }
          }
        }
      }
    }
  `,
  [CrewFields],
);

export const WorkOrdersQuery = graphql(
  `
    query OutageWorkOrders($first: Int!, $after: String, $filters: WorkOrderFilter, $ordering: [WorkOrderOrder!]!) {
      workOrders(first: $first, after: $after, filters: $filters, ordering: $ordering) {
        totalCount
        pageInfo {
          hasNextPage
          endCursor
        }
        edges {
          node {
            ...WorkOrderFields
          }
        }
      }
    }
  `,
  [WorkOrderFields],
);

export type Outage = ResultOf<typeof OutageFields>;
export type Crew = ResultOf<typeof CrewFields>;
export type CrewOnBoard = ResultOf<typeof CrewsQuery>['crews']['edges'][number]['node'];
export type WorkOrder = ResultOf<typeof WorkOrderFields>;
export type Interruption = ResultOf<typeof InterruptionsQuery>['outageInterruptions']['edges'][number]['node'];
export type OutageListVariables = VariablesOf<typeof OutageListQuery>;
export type WorkOrderListVariables = VariablesOf<typeof WorkOrdersQuery>;
