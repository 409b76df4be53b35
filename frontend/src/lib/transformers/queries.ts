import { graphql } from '../../gql/graphql';

export const TransformerLoadQuery = graphql(`
  query TransformerLoadSeries($assetId: String!, $hours: Int!) {
    transformerLoad(assetId: $assetId, hours: $hours) {
      at
      loadKva
      loadingPct
      coveragePct
      hotSpotC
      thermalStress
    }
  }
`);
