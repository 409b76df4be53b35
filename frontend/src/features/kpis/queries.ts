import { graphql } from '../../gql/graphql';
import type { ResultOf } from '../../gql/graphql';

/** What the bar over the map shows, in the server's order; more would not fit. */
export const BAR_KEYS = [
  'customersServed',
  'activeOutages',
  'customersOut',
  'loadMw',
  'overloadedTransformersPct',
  'openWorkOrders',
  'crewsActive',
  'averageRestorationMinutes',
  'saidiYtdMin',
  'saifiYtd',
  'operationalMarginPct',
  'capacityLeftMw',
  'circuitsAbove85Pct',
  'assetHealthIndex',
];

export const KpisQuery = graphql(`
  query Kpis($keys: [String!]!) {
    kpis(keys: $keys) {
      key
      label
      value
      unit
      definition
      dataAsOf
      reason
    }
  }
`);

/** One figure with how it went over seven days. */
export const KpiTrendQuery = graphql(`
  query KpiTrend($key: String!) {
    kpis(keys: [$key]) {
      key
      label
      value
      unit
      definition
      dataAsOf
      reason
      coveragePct
      trend {
        source
        at
        values
        dayAgo
        weekAgo
        reason
      }
    }
  }
`);

/** What the reliability of the last months is made of. */
export const ReliabilityMonthsQuery = graphql(`
  query ReliabilityMonths($firstDay: Date!, $lastDay: Date!) {
    reliabilitySeries(firstDay: $firstDay, lastDay: $lastDay, bucket: MONTH) {
      firstDay
      isPartial
      majorEventDayCount
      totals {
        customerInterruptions
        customerMinutes
      }
      withMajorEventDays {
        saidiMin
        saifi
        caidiMin
      }
    }
  }
`);

export const TransformerPartsQuery = graphql(`
  query KpiTransformers {
    topLoadedTransformers(first: 10) {
      assetId
      name
      peakLoadingPct
      hoursOverRating
    }
  }
`);

export const CircuitPartsQuery = graphql(`
  query KpiCircuits {
    circuitRatings(limit: 10) {
      at
      circuitCount
      over85Count
      over100Count
      ratings {
        circuitId
        name
        weatherLoadingPct
        reason
      }
    }
  }
`);

export const OutagePartsQuery = graphql(`
  query KpiOutages {
    outages(
      first: 10
      filters: { status: { inList: ["PREDICTED", "CONFIRMED", "ASSIGNED", "IN_PROGRESS"] } }
      ordering: [{ customersOut: DESC }]
    ) {
      totalCount
      edges {
        node {
          id
          assetId
          status
          customersOut
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

export type KpiWithTrend = ResultOf<typeof KpiTrendQuery>['kpis'][number];
export type ReliabilityMonth = ResultOf<typeof ReliabilityMonthsQuery>['reliabilitySeries'][number];
