import { graphql } from '../../gql/graphql';
import type { ResultOf } from '../../gql/graphql';

const RiskFields = graphql(`
  fragment RiskFields on RiskNow @_unmask {
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
      contributions(limit: 5) {
        kind
        assetId
        customerHours
      }
    }
  }
`);

export const RiskQuery = graphql(
  `
    query RiskNow {
      riskNow {
        ...RiskFields
      }
    }
  `,
  [RiskFields],
);

export const RiskSubscription = graphql(
  `
    subscription RiskNowNews {
      riskNow {
        isLive
        risk {
          ...RiskFields
        }
      }
    }
  `,
  [RiskFields],
);

export type Risk = ResultOf<typeof RiskFields>;
export type RiskPart = Risk['parts'][number];

/** Outages that are neither restored nor cancelled, those with most customers out first. */
export const ActiveOutagesQuery = graphql(`
  query ActiveOutages($first: Int!) {
    outages(
      first: $first
      filters: { status: { inList: ["PREDICTED", "CONFIRMED", "ASSIGNED", "IN_PROGRESS"] } }
      ordering: [{ customersOut: DESC }, { startedAt: ASC }]
    ) {
      totalCount
      edges {
        node {
          id
          assetId
          lon
          lat
          status
          causeCode
          isPlanned
          startedAt
          estimatedRestorationAt
          estimatedRestorationP80At
          customersOut
          circuit {
            id
            assetId
            name
          }
          crew {
            id
            assetId
            name
          }
        }
      }
    }
  }
`);

export type ActiveOutage = ResultOf<typeof ActiveOutagesQuery>['outages']['edges'][number]['node'];

/** Says that outages changed; which, the list is asked for anew. */
export const OutageNewsSubscription = graphql(`
  subscription OutageNews {
    outageUpdates {
      isLive
      goneIds
      outages {
        id
        version
      }
    }
  }
`);

export const LoadedCircuitsQuery = graphql(`
  query LoadedCircuits($first: Int!) {
    above: circuitStatuses(first: 1, filters: { loadClass: { inList: ["WARNING", "CRITICAL"] } }) {
      totalCount
    }
    circuitStatuses(first: $first, filters: { loadingPct: { isNull: false } }, ordering: [{ loadingPct: DESC }]) {
      edges {
        node {
          id
          assetId
          loadClass
          loadingPct
          loadCoveragePct
          loadHour
          overloadedTransformers
          circuit {
            id
            assetId
            name
          }
        }
      }
    }
  }
`);

export const AlarmsQuery = graphql(`
  query Alarms {
    syncAlerts(openOnly: true, first: 20) {
      layer
      raisedAt
      ageS
      maxAgeS
      reason
      detail
    }
  }
`);

export const RiskHistoryQuery = graphql(`
  query RiskHistory($start: DateTime!, $end: DateTime!) {
    riskHistory(start: $start, end: $end, resolution: HOUR) {
      at
      score
      level
    }
  }
`);

/** The transformers whose peak loads are highest. */
export const LoadedTransformersQuery = graphql(`
  query LoadedTransformers($first: Int!) {
    topLoadedTransformers(first: $first) {
      assetId
      name
      peakLoadingPct
      hoursOverRating
      at
    }
  }
`);
