import { graphql } from '../../gql/graphql';
import type { ResultOf } from '../../gql/graphql';
import { RefusalFields } from '../../lib/graphql/refusal';

export const TransformerPageQuery = graphql(`
  query TransformerPage($assetId: String!) {
    transformer(assetId: $assetId) {
      id
      assetId
      name
      ratedKva
      phases
      primaryKv
      secondaryKv
      installYear
      customerCount
      peakLoadKva
      peakLoadingPct
      latestLoad {
        loadHour
        loadKva
        loadingPct
        coveragePct
      }
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
    }
  }
`);

export type Transformer = NonNullable<ResultOf<typeof TransformerPageQuery>['transformer']>;

/** Asked for apart: without permission for it the rest of the page still shows. */
export const TransformerHealthQuery = graphql(`
  query TransformerHealth($filters: AssetHealthFilter!) {
    assetHealths(first: 1, filters: $filters) {
      edges {
        node {
          id
          assetId
          healthIndex
          healthScore
          band
          confidenceFrac
          failuresPerYear
          reason
          asOf
          contributions {
            evidence
            points
            isKnown
            value
            unit
          }
        }
      }
    }
  }
`);

export type Health = ResultOf<typeof TransformerHealthQuery>['assetHealths']['edges'][number]['node'];

export const AgeingQuery = graphql(`
  query TransformerAgeing($assetId: String!, $start: DateTime!, $end: DateTime!) {
    transformerAgeing(assetId: $assetId, start: $start, end: $end) {
      hourCount
      knownHourCount
      normalLifeH
      equivalentAgeingFactor
      lifeUsedH
      lifeUsedPct
      peakHotSpotC
      peakHotSpotAt
      hoursOver110C
      hoursOver140C
    }
  }
`);

export type Ageing = ResultOf<typeof AgeingQuery>['transformerAgeing'];

export const FailureQuery = graphql(`
  query TransformerFailure($filters: TransformerFailureFilter!) {
    transformerFailures(first: 1, filters: $filters) {
      edges {
        node {
          id
          transformerId
          unitId
          rank
          tier
          action
          mainEvidence
          probability30d
          probability90d
          probability365d
          renewedProbability
          timesBaseRate
          customers
          ageYears
          peakLoadingPct
          peakHotSpotC
          failureMinutes
          avoidedMinutes
          plannedMinutes
          avoidedRank
          contributions {
            feature
            evidence
            value
            logOdds
          }
        }
      }
    }
  }
`);

export type Failure = ResultOf<typeof FailureQuery>['transformerFailures']['edges'][number]['node'];

export const NextDayQuery = graphql(`
  query TransformerNextDay($filters: TransformerForecastFilter!) {
    transformerForecasts(first: 1, filters: $filters) {
      edges {
        node {
          id
          transformerId
          peakPct
          peakHour
          hotSpotC
          overloadProbability
          hotProbability
          yesterdayPeakPct
          yesterdayHotSpotC
        }
      }
    }
  }
`);

export const OutagesQuery = graphql(`
  query TransformerOutages($first: Int!, $filters: OutageFilter!) {
    outages(first: $first, filters: $filters, ordering: [{ startedAt: DESC }]) {
      totalCount
      edges {
        node {
          id
          assetId
          status
          causeCode
          isPlanned
          startedAt
          restoredAt
          customersInterrupted
        }
      }
    }
  }
`);

export const OrdersQuery = graphql(`
  query TransformerOrders($first: Int!, $filters: WorkOrderFilter!) {
    workOrders(first: $first, filters: $filters, ordering: [{ createdAt: DESC }]) {
      totalCount
      edges {
        node {
          id
          assetId
          workType
          priority
          status
          createdAt
          scheduledAt
          completedAt
          description
          version
          crew {
            id
            name
          }
        }
      }
    }
  }
`);

export type Order = ResultOf<typeof OrdersQuery>['workOrders']['edges'][number]['node'];

/** Says that orders of a circuit changed; which, the list is asked for anew. */
export const OrderNewsSubscription = graphql(`
  subscription TransformerOrderNews($circuitId: String!) {
    workOrderUpdates(circuitId: $circuitId) {
      isLive
      goneIds
      workOrders {
        id
        version
      }
    }
  }
`);

/** Says that outages of a circuit changed. */
export const OutageNewsOfCircuitSubscription = graphql(`
  subscription TransformerOutageNews($circuitId: String!) {
    outageUpdates(circuitId: $circuitId) {
      isLive
      goneIds
      outages {
        id
        version
      }
    }
  }
`);

export const CreateOrderMutation = graphql(
  `
    mutation CreateTransformerOrder($input: CreateWorkOrderInput!) {
      createWorkOrder(input: $input) {
        __typename
        ... on WorkOrder {
          id
          assetId
          status
        }
        ...RefusalFields
      }
    }
  `,
  [RefusalFields],
);
