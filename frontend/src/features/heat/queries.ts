import { graphql } from '../../gql/graphql';
import type { ResultOf } from '../../gql/graphql';

export const HeatMeasuresQuery = graphql(`
  query HeatMeasures {
    heatmapMeasures {
      key
      title
      unit
      definition
    }
  }
`);

export const HeatmapQuery = graphql(`
  query MapHeat($measure: HeatMeasure!, $resolution: Int!, $area: AreaInput, $limit: Int!) {
    heatmap(measure: $measure, resolution: $resolution, area: $area, limit: $limit) {
      measure {
        key
        title
        unit
        definition
      }
      cellCount
      rowCount
      minimum
      maximum
      cells {
        cell
        lon
        lat
        corners
        value
        rowCount
        knownCount
      }
    }
  }
`);

export const CellContentsQuery = graphql(`
  query HeatCellContents($area: AreaInput!, $classes: [PlacedClass!]!, $first: Int!, $after: String) {
    assetsIn(area: $area, classes: $classes, first: $first, after: $after) {
      areaKm2
      classes {
        kind
        count
        endCursor
        hasNextPage
        assets {
          assetId
          title
          lon
          lat
        }
      }
    }
  }
`);

/** The worst of what is in a cell. */
export const CellWorstQuery = graphql(`
  query HeatCellWorst($area: AreaInput!, $resolution: Int!) {
    peak: heatmap(measure: PEAK_LOADING, resolution: $resolution, area: $area, limit: 1) {
      maximum
    }
    health: heatmap(measure: TRANSFORMER_HEALTH, resolution: $resolution, area: $area, limit: 1) {
      minimum
    }
    outages: heatmap(measure: OUTAGES, resolution: $resolution, area: $area, limit: 1) {
      rowCount
    }
    without: heatmap(measure: CUSTOMERS_OUT, resolution: $resolution, area: $area, limit: 1) {
      maximum
    }
  }
`);

export type HeatMeasure = ResultOf<typeof HeatMeasuresQuery>['heatmapMeasures'][number];
export type Heatmap = ResultOf<typeof HeatmapQuery>['heatmap'];
export type HeatCell = Heatmap['cells'][number];
export type ClassInCell = ResultOf<typeof CellContentsQuery>['assetsIn']['classes'][number];
