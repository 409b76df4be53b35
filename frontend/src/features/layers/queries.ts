import { graphql } from '../../gql/graphql';
import type { ResultOf } from '../../gql/graphql';

export const MapLayersQuery = graphql(`
  query MapLayers {
    mapLayers {
      key
      title
      geometryKind
      minZoom
      maxZoom
      columnsUrl
      tilesUrl
      tilesMaxZoom
      attributes {
        name
        title
        unit
        kind
        minZoom
        isOfAggregates
      }
      rowCount
      featureCount
      syncedAt
      dataVersion
      status
      legend {
        label
        color
        minimum
        value
      }
      colourings {
        attribute
        at
      }
    }
  }
`);

export type MapLayerInfo = ResultOf<typeof MapLayersQuery>['mapLayers'][number];
