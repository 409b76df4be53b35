import { graphql } from '../../gql/graphql';
import type { ResultOf } from '../../gql/graphql';

const EndFragment = graphql(`
  fragment TopologyBranch on Branch @_unmask {
    id
    assetId
    kind
    baseKv
    ratingMva
    isRatingAdjusted
    baseFlowMw
    baseLoadingPct
    lengthKm
    inService
    fromBus {
      id
      assetId
    }
    toBus {
      id
      assetId
    }
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
    query TopologySubstation($assetId: String!) {
      substation(assetId: $assetId) {
        id
        assetId
        name
        maxKv
        minKv
        capacityMva
        loadMw
        generationCapacityMw
        zone {
          id
          name
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
        buses(first: 100) {
          edges {
            node {
              id
              assetId
              baseKv
              loadMw
            }
          }
        }
        branchesFrom(first: 150) {
          totalCount
          edges {
            node {
              ...TopologyBranch
            }
          }
        }
        branchesTo(first: 150) {
          totalCount
          edges {
            node {
              ...TopologyBranch
            }
          }
        }
        circuits(first: 100, ordering: [{ name: ASC }]) {
          totalCount
          edges {
            node {
              id
              assetId
              name
              voltageKv
              ratedMva
              peakLoadMw
              customerCount
              operatingStatus {
                id
                loadMva
                loadingPct
                customersOut
              }
            }
          }
        }
      }
    }
  `,
  [EndFragment],
);
export type SubstationAnswer = NonNullable<ResultOf<typeof SubstationQuery>['substation']>;
export type BranchRow = SubstationAnswer['branchesFrom']['edges'][number]['node'];
export type BusRow = SubstationAnswer['buses']['edges'][number]['node'];
export type CircuitRow = SubstationAnswer['circuits']['edges'][number]['node'];

/** Ratings in the air of the newest hour. */
export const WeatherRatingsQuery = graphql(`
  query TopologyBranchRatings($substationId: String!) {
    branchRatings(substationId: $substationId, limit: 200) {
      at
      ratings {
        branchId
        weatherRatingMva
        weatherLoadingPct
        reason
      }
    }
  }
`);
export type WeatherRating = ResultOf<typeof WeatherRatingsQuery>['branchRatings']['ratings'][number];
