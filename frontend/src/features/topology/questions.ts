import { graphql } from '../../gql/graphql';
import type { ResultOf } from '../../gql/graphql';

export const TraceIdsQuery = graphql(`
  query TopologyTrace($assetId: String!, $kind: TraceKind!, $positions: SwitchPositions!, $offset: Int!) {
    trace(assetId: $assetId, kind: $kind, positions: $positions) {
      assetId
      kind
      positions
      isFed
      substationIds
      steps {
        assetId
        kind
        switchKind
      }
      assets {
        sectionCount
        switchCount
        transformerCount
        meterCount
        customerCount
        criticalCustomerCount
        sectionIds(first: 250, offset: $offset)
        switchIds(first: 250, offset: $offset)
        transformerIds(first: 250, offset: $offset)
      }
    }
  }
`);
export type TraceAnswer = ResultOf<typeof TraceIdsQuery>['trace'];

const SwitchPlace = graphql(`
  fragment SwitchPlace on SwitchReference @_unmask {
    assetId
    kind
    circuitId
  }
`);

/** Who is out. */
const OutCounts = graphql(`
  fragment OutCounts on AffectedAssets @_unmask {
    customerCount
    criticalCustomerCount
    transformerCount
  }
`);

const TieOptionFields = graphql(`
  fragment TieOption on BackfeedOption @_unmask {
    switch {
      assetId
      circuitId
    }
    circuitId
    substationId
    verdict
    doubts
    loadKva
    unknownLoads
    marginKva
    binding {
      kind
      assetId
      loadingPct
    }
    overloaded {
      kind
      assetId
      loadingPct
    }
  }
`);

const CircuitState = graphql(`
  fragment CircuitState on CircuitState @_unmask {
    transformerCount
    loadKva
    unknownLoads
    loadingPct
    inLoop
    worstAssetId
    worstLoadingPct
    overloadedCount
  }
`);

export const IsolationQuery = graphql(
  `
    query TopologyIsolation($assetId: String!, $positions: SwitchPositions!, $loadBasis: LoadBasis!) {
      isolation(assetId: $assetId, positions: $positions, loadBasis: $loadBasis) {
        assetId
        positions
        loadBasis
        loadHour
        isPossible
        opens {
          ...SwitchPlace
        }
        separates {
          ...SwitchPlace
        }
        recloses {
          ...SwitchPlace
        }
        zone {
          sectionCount
          sectionIds(first: 250)
          transformerCount
          transformerIds(first: 250)
          customerCount
        }
        lost {
          ...OutCounts
        }
        staysOut {
          ...OutCounts
        }
        parts {
          assets {
            ...OutCounts
          }
          ties {
            ...TieOption
          }
        }
      }
    }
  `,
  [SwitchPlace, OutCounts, TieOptionFields],
);
export type IsolationAnswer = ResultOf<typeof IsolationQuery>['isolation'];
export type TieOption = ResultOf<typeof TieOptionFields>;

export const EffectQuery = graphql(
  `
    query TopologyEffect($opened: [String!]!, $closed: [String!]!, $positions: SwitchPositions!, $loadBasis: LoadBasis!) {
      switchingEffect(opened: $opened, closed: $closed, positions: $positions, loadBasis: $loadBasis) {
        positions
        loadBasis
        loadHour
        loses {
          customerCount
          criticalCustomerCount
          transformerCount
          transformerIds(first: 250)
        }
        gains {
          customerCount
          transformerCount
          transformerIds(first: 250)
        }
        moves {
          customerCount
          transformerCount
        }
        newLoops {
          sectionCount
          switchCount
          sectionIds(first: 20)
          switchIds(first: 20)
        }
        circuits {
          circuitId
          ratedMva
          before {
            ...CircuitState
          }
          after {
            ...CircuitState
          }
        }
      }
    }
  `,
  [CircuitState],
);
export type Effect = ResultOf<typeof EffectQuery>['switchingEffect'];

export const BackfeedQuery = graphql(
  `
    query TopologyBackfeed($assetId: String!, $positions: SwitchPositions!, $loadBasis: LoadBasis!) {
      backfeed(assetId: $assetId, positions: $positions, loadBasis: $loadBasis) {
        assetId
        loadHour
        lost {
          customerCount
        }
        parts {
          assets {
            customerCount
            transformerCount
          }
          ties {
            ...TieOption
          }
        }
      }
    }
  `,
  [TieOptionFields],
);

export const NeighboursQuery = graphql(`
  query TopologyNeighbours($ids: [String!]!) {
    circuits(filters: { assetId: { inList: $ids } }, first: 100) {
      edges {
        node {
          id
          assetId
          name
          ratedMva
          customerCount
          substation {
            id
            assetId
            name
          }
          operatingStatus {
            id
            loadMva
            loadingPct
          }
        }
      }
    }
  }
`);

export type Neighbour = ResultOf<typeof NeighboursQuery>['circuits']['edges'][number]['node'];

export const IslandsQuery = graphql(
  `
    query TopologyIslands($positions: SwitchPositions!, $offset: Int!) {
      islands(positions: $positions, first: 50, offset: $offset) {
        totalCount
        items {
          assets {
            sectionCount
            switchCount
            transformerCount
            customerCount
            criticalCustomerCount
            sectionIds(first: 1)
            switchIds(first: 1)
            transformerIds(first: 1)
          }
          openSwitches {
            ...SwitchPlace
          }
        }
      }
    }
  `,
  [SwitchPlace],
);
export type Island = ResultOf<typeof IslandsQuery>['islands']['items'][number];

export const LoopsQuery = graphql(`
  query TopologyLoops($positions: SwitchPositions!, $offset: Int!) {
    loops(positions: $positions, first: 50, offset: $offset) {
      totalCount
      items {
        kind
        closedBy
        substationIds
        circuitIds
        assets {
          sectionCount
          switchCount
        }
      }
    }
  }
`);
export type Loop = ResultOf<typeof LoopsQuery>['loops']['items'][number];
