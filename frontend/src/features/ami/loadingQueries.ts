import { graphql } from '../../gql/graphql';
import type { ResultOf } from '../../gql/graphql';

export const OverloadsQuery = graphql(`
  query AmiOverloads($firstDay: Date!, $lastDay: Date!, $orderBy: OverloadOrder!, $limit: Int!, $filters: TransformerScope!) {
    overloadedTransformers(firstDay: $firstDay, lastDay: $lastDay, orderBy: $orderBy, limit: $limit, filters: $filters) {
      assetId
      name
      circuitId
      substationId
      ratedKva
      energyKwh
      peakLoadKva
      peakLoadingPct
      peakAt
      hourCount
      hoursOver100
      hoursOver120
      hoursOver150
      coveragePct
      peakHotSpotC
      equivalentAgeingFactor
      lossOfLifePct
      agedHours
    }
  }
`);
export type Overload = ResultOf<typeof OverloadsQuery>['overloadedTransformers'][number];

export const RecordLoadsQuery = graphql(`
  query AmiRecordLoads($first: Int!) {
    topLoadedTransformers(first: $first) {
      assetId
      name
      circuitId
      ratedKva
      peakLoadKva
      peakLoadingPct
      at
      hoursOverRating
    }
  }
`);
export type RecordLoad = ResultOf<typeof RecordLoadsQuery>['topLoadedTransformers'][number];

export const HourlyLoadQuery = graphql(`
  query AmiHourlyLoad($assetId: String!, $hours: Int!) {
    transformerLoad(assetId: $assetId, hours: $hours) {
      at
      loadKva
      loadingPct
      coveragePct
      hotSpotC
      ageingFactor
    }
  }
`);
export type HourlyLoad = ResultOf<typeof HourlyLoadQuery>['transformerLoad'][number];
