import { graphql } from '../../gql/graphql';

export const KpisQuery = graphql(`
  query Kpis {
    kpis {
      key
      label
      value
      unit
      definition
      dataAsOf
      reason
    }
  }
`);
