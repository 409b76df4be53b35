import { graphql } from '../../gql/graphql';
import type { ResultOf } from '../../gql/graphql';

export const MapCrewsQuery = graphql(`
  query MapCrews($first: Int!) {
    crews(first: $first, ordering: [{ name: ASC }]) {
      totalCount
      edges {
        node {
          id
          assetId
          name
          kind
          status
          memberCount
          lon
          lat
          outages(first: 3, filters: { status: { inList: ["ASSIGNED", "IN_PROGRESS"] } }) {
            edges {
              node {
                id
                assetId
                lon
                lat
              }
            }
          }
        }
      }
    }
  }
`);

/** Says that a crew changed; what, is asked for anew. */
export const MapCrewNews = graphql(`
  subscription MapCrewNews {
    crewUpdates {
      isLive
      goneIds
      crews {
        id
        assetId
      }
    }
  }
`);

export type CrewOnMap = ResultOf<typeof MapCrewsQuery>['crews']['edges'][number]['node'];
