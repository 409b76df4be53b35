import { graphql } from '../../gql/graphql';
import type { ResultOf } from '../../gql/graphql';

export const OutlookQuery = graphql(`
  query VegetationOutlook($area: AreaInput, $circuitId: String, $groupBy: EncroachmentGrouping!) {
    encroachmentOutlook(area: $area, circuitId: $circuitId, groupBy: $groupBy) {
      edgesYears
      groupCount
      total {
        key
        label
        treeCount
        overdueCount
        dueCounts
        neverCount
        unknownCount
      }
      groups {
        key
        label
        treeCount
        overdueCount
        dueCounts
        neverCount
        unknownCount
      }
    }
  }
`);

export const CyclesQuery = graphql(`
  query VegetationCycles(
    $area: AreaInput
    $circuitId: String
    $cyclesYears: [Float!]!
    $roomM: Float!
    $faultsPerContactYear: Float
    $usdPerCrewH: Float
    $usdPerCustomerMinute: Float
  ) {
    trimmingCycles(
      area: $area
      circuitId: $circuitId
      cyclesYears: $cyclesYears
      roomM: $roomM
      faultsPerContactYear: $faultsPerContactYear
      usdPerCrewH: $usdPerCrewH
      usdPerCustomerMinute: $usdPerCustomerMinute
    ) {
      treeCount
      spanCount
      unknownTreeCount
      strikesPerYear
      strikeCustomerMinutesPerYear
      currentCycleYears
      assumptions
      outcomes {
        cycleYears
        trimmedTrees
        trimmedSpans
        encroachingTrees
        encroachingSpans
        encroachingSpansLow
        encroachingSpansHigh
        touchingTrees
        touchingTreesOfUnknownHarm
        encroachingTreeYears
        contactTreeYears
        crewHPerYear
        growInFaultsPerYear
        growInCustomerMinutesPerYear
        trimUsdPerYear
        outageUsdPerYear
        totalUsdPerYear
      }
    }
  }
`);

export const ClustersQuery = graphql(`
  query VegetationClusters($area: AreaInput!) {
    vegetationClusters(area: $area, withinM: 50, minTrees: 5) {
      treeCount
      urgentCount
      level
      customerMinutesPerYear
      lon
      lat
      outline
      circuitIds
    }
  }
`);

export const HeatmapQuery = graphql(`
  query VegetationHeatmap($area: AreaInput!, $resolution: Int!, $measure: VegetationMeasure!) {
    vegetationHeatmap(area: $area, resolution: $resolution, measure: $measure) {
      cell
      value
      treeCount
      boundary
    }
  }
`);

export type OutlookGroup = ResultOf<typeof OutlookQuery>['encroachmentOutlook']['total'];
export type Cycle = ResultOf<typeof CyclesQuery>['trimmingCycles']['outcomes'][number];
export type Cluster = ResultOf<typeof ClustersQuery>['vegetationClusters'][number];
export type Cell = ResultOf<typeof HeatmapQuery>['vegetationHeatmap'][number];
