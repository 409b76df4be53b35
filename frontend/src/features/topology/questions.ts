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

export const IsolationQuery = graphql(`
  query TopologyIsolation($assetId: String!, $positions: SwitchPositions!, $loadBasis: LoadBasis!) {
    isolation(assetId: $assetId, positions: $positions, loadBasis: $loadBasis) {
      assetId
      positions
      loadBasis
      loadHour
      isPossible
      opens {
        assetId
        kind
        circuitId
      }
      separates {
        assetId
        kind
        circuitId
      }
      recloses {
        assetId
        kind
        circuitId
      }
      zone {
        sectionCount
        sectionIds(first: 250)
        transformerCount
        transformerIds(first: 250)
        customerCount
      }
      lost {
        customerCount
        criticalCustomerCount
        transformerCount
      }
      staysOut {
        customerCount
        criticalCustomerCount
        transformerCount
      }
      parts {
        assets {
          customerCount
          criticalCustomerCount
          transformerCount
        }
        ties {
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
      }
    }
  }
`);
export type IsolationAnswer = ResultOf<typeof IsolationQuery>['isolation'];
export type TieOption = IsolationAnswer['parts'][number]['ties'][number];

export const EffectQuery = graphql(`
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
          transformerCount
          loadKva
          unknownLoads
          loadingPct
          inLoop
          worstAssetId
          worstLoadingPct
          overloadedCount
        }
        after {
          transformerCount
          loadKva
          unknownLoads
          loadingPct
          inLoop
          worstAssetId
          worstLoadingPct
          overloadedCount
        }
      }
    }
  }
`);
export type Effect = ResultOf<typeof EffectQuery>['switchingEffect'];

export const BackfeedQuery = graphql(`
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
      }
    }
  }
`);

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

export const IslandsQuery = graphql(`
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
          assetId
          kind
          circuitId
        }
      }
    }
  }
`);
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
