import { graphql } from '../../gql/graphql';

/** Why a mutation was not carried out. */
export const RefusalFields = graphql(`
  fragment RefusalFields on OperationInfo @_unmask {
    code
    message
    field
  }
`);
