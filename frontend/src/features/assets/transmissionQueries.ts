import { graphql } from '../../gql/graphql';

export const BranchRowFragment = graphql(`
  fragment BranchRow on Branch @_unmask {
    id
    assetId
    kind
    baseKv
    ratingMva
    baseFlowMw
    baseLoadingPct
    fromSubstation {
      id
      assetId
      name
    }
    toSubstation {
      id
      assetId
      name
    }
  }
`);

export const SubstationQuery = graphql(
  `
    query SubstationCard($assetId: String!) {
      substation(assetId: $assetId) {
        id
        assetId
        name
        lon
        lat
        zone {
          id
          name
        }
        interconnect
        maxKv
        minKv
        capacityMva
        loadMw
        generationCapacityMw
        status
        circuits(first: 20) {
          totalCount
          edges {
            node {
              id
              assetId
              name
              voltageKv
              peakLoadMw
              ratedMva
              customerCount
            }
          }
        }
        branchesFrom(first: 50) {
          totalCount
          edges {
            node {
              ...BranchRow
            }
          }
        }
        branchesTo(first: 50) {
          totalCount
          edges {
            node {
              ...BranchRow
            }
          }
        }
      }
    }
  `,
  [BranchRowFragment],
);

export const BranchQuery = graphql(
  `
    query BranchCard($assetId: String!) {
      branch(assetId: $assetId) {
        ...BranchRow
        lengthKm
        isRatingAdjusted
        sourceRatingMva
        inService
        fromBus {
          id
          assetId
          baseKv
        }
        toBus {
          id
          assetId
          baseKv
        }
      }
    }
  `,
  [BranchRowFragment],
);

export const BusQuery = graphql(`
  query BusCard($assetId: String!) {
    bus(assetId: $assetId) {
      id
      assetId
      number
      baseKv
      loadMw
      substation {
        id
        assetId
        name
        lon
        lat
      }
    }
  }
`);
