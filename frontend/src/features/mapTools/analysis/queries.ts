import { graphql } from '../../../gql/graphql';
import type { ResultOf } from '../../../gql/graphql';

export const AreaClassQuery = graphql(`
  query AreaClass($area: AreaInput!, $kind: PlacedClass!, $first: Int!, $after: String) {
    assetsIn(area: $area, classes: [$kind], first: $first, after: $after) {
      areaKm2
      classes {
        kind
        count
        endCursor
        hasNextPage
        assets {
          kind
          assetId
          title
          circuitId
          substationId
          lon
          lat
          attributes
        }
      }
    }
  }
`);

export type AreaAsset = ResultOf<typeof AreaClassQuery>['assetsIn']['classes'][number]['assets'][number];

export const AreaImpactQuery = graphql(`
  query AreaImpact($area: AreaInput!) {
    outageImpact(area: $area) {
      meters
      customers
      criticalCustomers
      critical {
        kind
        customers
      }
      transformers
      partialTransformers
      circuits {
        circuitId
        name
        customers
      }
      loadKw
      loadHour
      transformersWithLoad
      buildings
      buildingsReason
    }
  }
`);

export const AreaFailureQuery = graphql(`
  query AreaFailure($area: AreaInput!) {
    patientZero(area: $area) {
      groups {
        kind
        count
      }
      outageCount
      failedCount
      loadMw
      generationCapacityMw
    }
  }
`);

export const AreaFailureIdsQuery = graphql(`
  query AreaFailureIds($area: AreaInput!, $first: Int!, $offset: Int!) {
    patientZero(area: $area) {
      outageIds(first: $first, offset: $offset)
    }
  }
`);

export const AroundQuery = graphql(`
  query Around($lon: Float!, $lat: Float!, $classes: [PlacedClass!]!, $maxDistanceM: Float!) {
    nearestAssets(lon: $lon, lat: $lat, classes: $classes, first: 10, maxDistanceM: $maxDistanceM) {
      kind
      assetId
      title
      lon
      lat
      distanceM
    }
  }
`);

export const LinesAroundQuery = graphql(`
  query LinesAround($lon: Float!, $lat: Float!, $radiusM: Float!) {
    linesNear(lon: $lon, lat: $lat, radiusM: $radiusM, first: 10) {
      count
      totalLengthKm
      lines {
        lengthM
        line {
          kind
          assetId
          title
          lon
          lat
          distanceM
        }
      }
    }
  }
`);
