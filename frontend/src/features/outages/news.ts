import { graphql } from '../../gql/graphql';

/** Says that something changed; what, is asked for anew. */
export const OutageListNews = graphql(`
  subscription OutageListNews {
    outageUpdates {
      isLive
      goneIds
      outages {
        id
        assetId
      }
    }
  }
`);

export const CrewNews = graphql(`
  subscription CrewNews {
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

export const WorkOrderNews = graphql(`
  subscription WorkOrderNews {
    workOrderUpdates {
      isLive
      goneIds
      workOrders {
        id
        assetId
      }
    }
  }
`);
