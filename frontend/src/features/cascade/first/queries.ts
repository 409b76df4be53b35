import { graphql } from '../../../gql/graphql';
import type { ResultOf } from '../../../gql/graphql';
import { RefusalFields } from '../../../lib/graphql/refusal';
import { JobFieldsFragment } from '../../../lib/jobs/queries';

/** Lines and transformers of the newest map of the present, by what their loss leads to. */
export const RankedBranchesQuery = graphql(`
  query RankedBranches($order: VulnerabilityOrder!, $first: Int!) {
    vulnerabilityMap {
      id
      mapId
      computedAt
      entries(first: $first, order: $order) {
        totalCount
        items {
          rank
          branchId
          name
          basis
          isCascade
          probability
          lostMw
          predictedLostMw
          customers
          predictedCustomers
          trippedCount
        }
      }
    }
  }
`);
export type RankedBranch = NonNullable<ResultOf<typeof RankedBranchesQuery>['vulnerabilityMap']>['entries']['items'][number];

export const RankedSubstationsQuery = graphql(`
  query RankedSubstations($order: CandidateOrder!, $first: Int!) {
    patientZeroCandidates(kind: SUBSTATION, order: $order, first: $first) {
      totalCount
      items {
        assetId
        customerCount
        criticalCustomerCount
        loadKva
        learnedRisk
        learnedRiskBasis
        learnedRiskBranchId
      }
    }
  }
`);
export type RankedSubstation = ResultOf<typeof RankedSubstationsQuery>['patientZeroCandidates']['items'][number];

export const RankedBusesQuery = graphql(`
  query RankedBuses($orderBy: CentralityMeasure!, $first: Int!) {
    centralNodes(scope: TRANSMISSION, orderBy: $orderBy, first: $first) {
      run {
        interconnect
        computedAt
        simulatedCount
        correlations {
          measure
          rho
          low
          high
        }
      }
      items {
        nodeId
        substationId
        degree
        betweenness
        pagerank
        downstreamCustomers
        electricalBetweenness
        simulatedLossMw
      }
    }
  }
`);
export type RankedBuses = ResultOf<typeof RankedBusesQuery>['centralNodes'];
export type RankedBus = RankedBuses['items'][number];

export const StartCentralitiesMutation = graphql(
  `
    mutation StartCentralities($input: StartCentralitiesInput!) {
      startCentralities(input: $input) {
        __typename
        ... on Job {
          ...JobFields
        }
        ...RefusalFields
      }
    }
  `,
  [JobFieldsFragment, RefusalFields],
);

const RiskBadgeFields = graphql(`
  fragment RiskBadgeFields on RiskNow @_unmask {
    at
    score
    level
    totalCustomerHours
    ordinaryDayCustomerHours
    missingParts
    reason
    parts {
      part
      customerHours
      coverageFrac
      reason
      contributions(limit: 3) {
        kind
        assetId
        customerHours
      }
    }
  }
`);

export const RiskBadgeQuery = graphql(
  `
    query RiskBadge {
      riskNow {
        ...RiskBadgeFields
      }
    }
  `,
  [RiskBadgeFields],
);

export const RiskBadgeSubscription = graphql(
  `
    subscription RiskBadgeNews {
      riskNow {
        isLive
        risk {
          ...RiskBadgeFields
        }
      }
    }
  `,
  [RiskBadgeFields],
);
