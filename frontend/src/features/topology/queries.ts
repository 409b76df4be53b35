import { graphql } from '../../gql/graphql';
import type { ResultOf } from '../../gql/graphql';
import { CircuitFacts, LineFacts, SubstationName, SwitchFacts, TransformerFacts } from '../../lib/assets/fragments';

/** What is listed to choose from. */
export const CircuitListQuery = graphql(
  `
    query TopologyCircuits($filters: CircuitFilter, $ordering: [CircuitOrder!]!, $after: String) {
      circuits(filters: $filters, ordering: $ordering, first: 100, after: $after) {
        totalCount
        pageInfo {
          hasNextPage
          endCursor
        }
        edges {
          node {
            id
            assetId
            name
            voltageKv
            ratedMva
            peakLoadMw
            customerCount
            substation {
              ...SubstationName
            }
            operatingStatus {
              id
              loadMva
              loadingPct
              customersOut
            }
            switches(first: 1) {
              totalCount
            }
          }
        }
      }
    }
  `,
  [SubstationName],
);
export type ListedCircuit = ResultOf<typeof CircuitListQuery>['circuits']['edges'][number]['node'];

/** Which circuit an asset stands for. */
export const PlaceQuery = graphql(`
  query TopologyPlace($assetId: String!, $isLine: Boolean!, $isSwitch: Boolean!, $isUnit: Boolean!, $isPole: Boolean!, $isMeter: Boolean!) {
    line(assetId: $assetId) @include(if: $isLine) {
      id
      circuit {
        id
        assetId
      }
    }
    switch(assetId: $assetId) @include(if: $isSwitch) {
      id
      circuit {
        id
        assetId
      }
    }
    transformer(assetId: $assetId) @include(if: $isUnit) {
      id
      circuit {
        id
        assetId
      }
    }
    pole(assetId: $assetId) @include(if: $isPole) {
      id
      line {
        id
        assetId
      }
      circuit {
        id
        assetId
      }
    }
    meter(assetId: $assetId) @include(if: $isMeter) {
      id
      transformer {
        id
        assetId
      }
      circuit {
        id
        assetId
      }
    }
  }
`);

export const CircuitHeadQuery = graphql(
  `
    query TopologyCircuit($assetId: String!) {
      circuit(assetId: $assetId) {
        ...CircuitFacts
        substation {
          ...SubstationName
        }
        operatingStatus {
          id
          loadHour
          loadMva
          loadingPct
          loadCoveragePct
          customers
          customersOut
          activeOutages
        }
      }
    }
  `,
  [SubstationName, CircuitFacts],
);
export type CircuitHead = NonNullable<ResultOf<typeof CircuitHeadQuery>['circuit']>;

export const SectionsQuery = graphql(
  `
    query TopologySections($assetId: String!, $after: String) {
      circuit(assetId: $assetId) {
        id
        sections(first: 250, after: $after) {
          pageInfo {
            hasNextPage
            endCursor
          }
          edges {
            node {
              ...LineFacts
              fromNode
              toNode
            }
          }
        }
      }
    }
  `,
  [LineFacts],
);

export const UnitsQuery = graphql(`
  query TopologyUnits($assetId: String!, $after: String) {
    circuit(assetId: $assetId) {
      id
      transformers(first: 250, after: $after) {
        pageInfo {
          hasNextPage
          endCursor
        }
        edges {
          node {
            id
            assetId
            node
            ratedKva
            customerCount
          }
        }
      }
    }
  }
`);

/** Its own switches, or those of other circuits that tie to it. */
export const SwitchesQuery = graphql(
  `
    query TopologySwitches($filters: SwitchFilter!, $after: String) {
      switches(filters: $filters, first: 250, after: $after) {
        pageInfo {
          hasNextPage
          endCursor
        }
        edges {
          node {
            ...SwitchFacts
            fromNode
            toNode
          }
        }
      }
    }
  `,
  [SwitchFacts],
);

/** The switches that are not in their normal positions. */
export const OffNormalQuery = graphql(`
  query TopologyOffNormal($assetId: String!) {
    trace(assetId: $assetId, kind: CONNECTED, positions: PRESENT) {
      assetId
      positions
      isFed
      switchesOffNormal
    }
  }
`);

export const UnitQuery = graphql(
  `
    query TopologyUnit($assetId: String!) {
      transformer(assetId: $assetId) {
        ...TransformerFacts
      }
    }
  `,
  [TransformerFacts],
);

/** The switches at the heads of circuits. */
export const HeadSwitchesQuery = graphql(`
  query TopologyHeads($circuitIds: [String!]!, $substationId: String!) {
    switches(filters: { circuitId: { inList: $circuitIds }, isNormallyOpen: { exact: false } }, first: 250) {
      edges {
        node {
          id
          assetId
          kind
          fromNode
          toNode
          isNormallyOpen
          circuit {
            id
            assetId
          }
        }
      }
    }
    trace(assetId: $substationId, kind: TO_SOURCE, positions: PRESENT) {
      assetId
      positions
      switchesOffNormal
    }
  }
`);

export const SubstationNameQuery = graphql(
  `
    query TopologySubstationName($assetId: String!) {
      substation(assetId: $assetId) {
        ...SubstationName
      }
    }
  `,
  [SubstationName],
);
