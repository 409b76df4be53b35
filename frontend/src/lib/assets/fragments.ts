import { graphql } from '../../gql/graphql';

/** A circuit to be named and linked to. */
export const CircuitName = graphql(`
  fragment CircuitName on Circuit @_unmask {
    id
    assetId
    name
  }
`);

export const SubstationName = graphql(`
  fragment SubstationName on Substation @_unmask {
    id
    assetId
    name
  }
`);

/** What is on record of a circuit. */
export const CircuitFacts = graphql(
  `
    fragment CircuitFacts on Circuit @_unmask {
      ...CircuitName
      voltageKv
      conductorType
      ratedA
      ratedMva
      lengthKm
      peakLoadMw
      transformerCount
      customerCount
    }
  `,
  [CircuitName],
);

/** What is on record of a distribution transformer, and its load of the newest hour. */
export const TransformerFacts = graphql(`
  fragment TransformerFacts on Transformer @_unmask {
    id
    assetId
    name
    ratedKva
    phases
    primaryKv
    secondaryKv
    customerCount
    peakLoadingPct
    latestLoad {
      loadHour
      loadKva
      loadingPct
    }
  }
`);
