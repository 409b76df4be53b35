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
      tilesVersion
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

/** Loadings of transformers, as they change. */
export const TransformerLoadingNews = graphql(`
  subscription TransformerLoadingNews {
    transformerLoadingUpdates {
      isCurrentState
      isComplete
      transformerIds
      loadingPct
    }
  }
`);

/** Loadings of circuits: all, then each that changes. */
export const CircuitLoadingNews = graphql(`
  subscription CircuitLoadingNews {
    circuitStatusUpdates {
      isCurrentState
      goneIds
      circuitStatuses {
        assetId
        loadingPct
      }
    }
  }
`);

/** Layers of which something changed; what, the list of layers says. */
export const MapLayerNews = graphql(`
  subscription MapLayerNews {
    mapLayerUpdates {
      isCurrentState
      keys
    }
  }
`);
