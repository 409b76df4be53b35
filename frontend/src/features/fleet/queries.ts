import { graphql } from '../../gql/graphql';
import type { ResultOf, VariablesOf } from '../../gql/graphql';

/** How many assets of each class are in each band; those without an index are counted apart. */
export const DistributionQuery = graphql(`
  query HealthDistribution(
    $t1: AssetHealthFilter!, $t2: AssetHealthFilter!, $t3: AssetHealthFilter!, $t4: AssetHealthFilter!, $t5: AssetHealthFilter!, $t0: AssetHealthFilter!
    $p1: AssetHealthFilter!, $p2: AssetHealthFilter!, $p3: AssetHealthFilter!, $p4: AssetHealthFilter!, $p5: AssetHealthFilter!, $p0: AssetHealthFilter!
    $c1: AssetHealthFilter!, $c2: AssetHealthFilter!, $c3: AssetHealthFilter!, $c4: AssetHealthFilter!, $c5: AssetHealthFilter!, $c0: AssetHealthFilter!
    $s1: AssetHealthFilter!, $s2: AssetHealthFilter!, $s3: AssetHealthFilter!, $s4: AssetHealthFilter!, $s5: AssetHealthFilter!, $s0: AssetHealthFilter!
  ) {
    newest: assetHealths(first: 1) {
      edges {
        node {
          id
          asOf
        }
      }
    }
    t1: assetHealths(first: 1, filters: $t1) { totalCount }
    t2: assetHealths(first: 1, filters: $t2) { totalCount }
    t3: assetHealths(first: 1, filters: $t3) { totalCount }
    t4: assetHealths(first: 1, filters: $t4) { totalCount }
    t5: assetHealths(first: 1, filters: $t5) { totalCount }
    t0: assetHealths(first: 1, filters: $t0) { totalCount }
    p1: assetHealths(first: 1, filters: $p1) { totalCount }
    p2: assetHealths(first: 1, filters: $p2) { totalCount }
    p3: assetHealths(first: 1, filters: $p3) { totalCount }
    p4: assetHealths(first: 1, filters: $p4) { totalCount }
    p5: assetHealths(first: 1, filters: $p5) { totalCount }
    p0: assetHealths(first: 1, filters: $p0) { totalCount }
    c1: assetHealths(first: 1, filters: $c1) { totalCount }
    c2: assetHealths(first: 1, filters: $c2) { totalCount }
    c3: assetHealths(first: 1, filters: $c3) { totalCount }
    c4: assetHealths(first: 1, filters: $c4) { totalCount }
    c5: assetHealths(first: 1, filters: $c5) { totalCount }
    c0: assetHealths(first: 1, filters: $c0) { totalCount }
    s1: assetHealths(first: 1, filters: $s1) { totalCount }
    s2: assetHealths(first: 1, filters: $s2) { totalCount }
    s3: assetHealths(first: 1, filters: $s3) { totalCount }
    s4: assetHealths(first: 1, filters: $s4) { totalCount }
    s5: assetHealths(first: 1, filters: $s5) { totalCount }
    s0: assetHealths(first: 1, filters: $s0) { totalCount }
  }
`);

export type HealthFilter = VariablesOf<typeof DistributionQuery>['t1'];

export const HealthsQuery = graphql(`
  query AssetHealths($first: Int!, $after: String, $filters: AssetHealthFilter, $ordering: [AssetHealthOrder!]!) {
    assetHealths(first: $first, after: $after, filters: $filters, ordering: $ordering) {
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
      edges {
        node {
          id
          assetId
          assetKind
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
          onCircuit {
            id
            assetId
            name
          }
          inSubstation {
            id
            assetId
            name
          }
        }
      }
    }
  }
`);

export type HealthRow = ResultOf<typeof HealthsQuery>['assetHealths']['edges'][number]['node'];
export type Contribution = HealthRow['contributions'][number];
export type HealthOrdering = VariablesOf<typeof HealthsQuery>['ordering'];

/** Circuits and substations by the start of their id or part of their name. */
export const ScopeQuery = graphql(`
  query FleetScopes($text: String!) {
    search(text: $text, first: 25) {
      assetId
      kind
      title
      subtitle
    }
  }
`);

export const RiskRunQuery = graphql(`
  query FailureRun {
    transformerRiskRun {
      createdAt
      asOf
      reason
      modelId
      modelVersion
      algorithm
      trainedOn
      transformerCount
      baseRate
      failureMinutes
      plannedMinutes
      tiers {
        tier
        transformers
      }
      horizons {
        days
        expectedFailures
        reason
      }
    }
  }
`);

export type RiskRun = NonNullable<ResultOf<typeof RiskRunQuery>['transformerRiskRun']>;

export const MaintenanceQuery = graphql(`
  query Maintenance($first: Int!, $after: String, $filters: TransformerFailureFilter, $ordering: [TransformerFailureOrder!]!) {
    maintenanceList(first: $first, after: $after, filters: $filters, ordering: $ordering) {
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
      edges {
        node {
          id
          transformerId
          rank
          tier
          action
          mainEvidence
          probability365d
          timesBaseRate
          customers
          ageYears
          peakLoadingPct
          failureMinutes
          avoidedMinutes
          avoidedRank
          plannedMinutes
        }
      }
    }
  }
`);

export type MaintenanceRow = ResultOf<typeof MaintenanceQuery>['maintenanceList']['edges'][number]['node'];
export type MaintenanceOrdering = VariablesOf<typeof MaintenanceQuery>['ordering'];

export const ForecastRunQuery = graphql(`
  query NextDayRun {
    transformerForecastRuns(first: 1) {
      createdAt
      day
      knownUntil
      reason
      air
      transformerCount
      unknownCount
      overloadPu
      hotC
      expectedOverloads
      expectedHot
    }
  }
`);

export const ForecastsQuery = graphql(`
  query NextDay($first: Int!, $after: String, $filters: TransformerForecastFilter, $ordering: [TransformerForecastOrder!]!) {
    transformerForecasts(first: $first, after: $after, filters: $filters, ordering: $ordering) {
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
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

export type ForecastRow = ResultOf<typeof ForecastsQuery>['transformerForecasts']['edges'][number]['node'];
export type ForecastOrdering = VariablesOf<typeof ForecastsQuery>['ordering'];
