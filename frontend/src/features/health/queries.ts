import { graphql } from '../../gql/graphql';

export const HealthQuery = graphql(`
  query Health {
    health {
      status
      services {
        name
        isUp
        latencyMs
      }
    }
  }
`);

export const DataAgeQuery = graphql(`
  query DataAge {
    mapLayers {
      key
      title
      confirmedAt
      isTooOld
      status
      rowCount
      dataVersion
    }
  }
`);
