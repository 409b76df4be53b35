import { graphql } from '../../gql/graphql';
import type { ResultOf } from '../../gql/graphql';

export const SpansQuery = graphql(`
  query VegetationSpans($area: AreaInput, $circuitId: String, $levels: [String!], $lineId: String, $first: Int!) {
    spansAtRisk(area: $area, circuitId: $circuitId, levels: $levels, lineId: $lineId, first: $first) {
      lineId
      lineKind
      circuitId
      deviceId
      customers
      outageMin
      isRouteApproximate
      route
      level
      growInLevel
      fallInLevel
      clearanceM
      clearanceDeficitM
      treeCount
      strikingCount
      encroachingCount
      earliestYears
      strikesPerYear
      customerMinutesPerYear
      customerMinutesLow
      customerMinutesHigh
    }
  }
`);

export const TreeFields = graphql(`
  fragment VegetationTreeFields on TreeRisk @_unmask {
    id
    assetId
    lon
    lat
    species
    commonName
    heightM
    crownRadiusM
    growthMPerYear
    growthBasis
    nearestLineId
    nearestLineKind
    nearestLineKv
    distanceM
    isRouteApproximate
    growInLineId
    growInDistanceM
    clearanceM
    clearanceDeficitM
    yearsToEncroachment
    earliestYears
    latestYears
    growInLevel
    fallInLineId
    fallInDistanceM
    reachM
    overstrikeM
    directionFrac
    strikesPerYear
    strikesPerYearLow
    strikesPerYearHigh
    failureLikelihood
    impactLikelihood
    consequence
    riskRating
    fallInLevel
    deviceId
    customers
    outageMin
    customerMinutesPerYear
    customerMinutesLow
    customerMinutesHigh
    originalScore
    originalBand
    level
    trimH
    isStale
    computedAt
    circuit {
      id
      assetId
      name
    }
  }
`);

export const TreesQuery = graphql(
  `
    query VegetationTrees($area: AreaInput, $filters: TreeRiskFilter, $ordering: [TreeRiskOrder!]!, $first: Int!, $after: String) {
      vegetationRisk(area: $area, filters: $filters, ordering: $ordering, first: $first, after: $after) {
        totalCount
        pageInfo {
          hasNextPage
          endCursor
        }
        edges {
          node {
            ...VegetationTreeFields
          }
        }
      }
    }
  `,
  [TreeFields],
);

/** Trees as marks on the map, a page at a time. */
export const MarksQuery = graphql(`
  query VegetationMarks($area: AreaInput, $filters: TreeRiskFilter, $ordering: [TreeRiskOrder!]!, $first: Int!, $after: String) {
    vegetationRisk(area: $area, filters: $filters, ordering: $ordering, first: $first, after: $after) {
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
      edges {
        node {
          id
          assetId
          lon
          lat
          level
        }
      }
    }
  }
`);

export const TreeQuery = graphql(
  `
    query VegetationTree($assetId: String!) {
      treeRisk(assetId: $assetId) {
        ...VegetationTreeFields
      }
    }
  `,
  [TreeFields],
);

export const ExplanationQuery = graphql(`
  query VegetationExplanation($treeId: String!) {
    vegetationExplanation(treeId: $treeId) {
      assumptions
      lines {
        lineId
        lineKind
        lineClass
        isRouteApproximate
        growInLevel
        fallInLevel
        steps {
          name
          value
          unit
          text
        }
      }
    }
  }
`);

export const PackagesQuery = graphql(`
  query VegetationPackages(
    $filters: VegetationWorkPackageFilter
    $ordering: [VegetationWorkPackageOrder!]!
    $first: Int!
    $after: String
  ) {
    vegetationWorkPackages(filters: $filters, ordering: $ordering, first: $first, after: $after) {
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
      edges {
        node {
          id
          assetId
          lon
          lat
          treeCount
          encroachingCount
          strikingCount
          level
          earliestYears
          customerMinutesPerYear
          effortH
          computedAt
          workOrderId
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

export type Span = ResultOf<typeof SpansQuery>['spansAtRisk'][number];
export type TreeRisk = ResultOf<typeof TreeFields>;
export type Explained = NonNullable<ResultOf<typeof ExplanationQuery>['vegetationExplanation']>;
export type Package = ResultOf<typeof PackagesQuery>['vegetationWorkPackages']['edges'][number]['node'];
