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

/** What is on record of a section of a distribution line. */
export const LineFacts = graphql(`
  fragment LineFacts on Line @_unmask {
    id
    assetId
    lineClass
    phases
    conductorType
    ratedA
    lengthM
    isUnderground
  }
`);

/** What is on record of a switch, and the circuits that it parts or ties. */
export const SwitchFacts = graphql(
  `
    fragment SwitchFacts on Switch @_unmask {
      id
      assetId
      kind
      isNormallyOpen
      ratedA
      circuit {
        ...CircuitName
      }
      otherCircuit {
        ...CircuitName
      }
    }
  `,
  [CircuitName],
);
