import { graphql } from '../../gql/graphql';

export const ViewerQuery = graphql(`
  query Viewer {
    viewer {
      username
      roles
      permissions
      isStaff
      zoneIds
    }
  }
`);

export const LoginMutation = graphql(`
  mutation Login($input: LoginInput!) {
    login(input: $input) {
      __typename
      ... on Viewer {
        username
      }
      ... on OperationInfo {
        message
        field
        code
      }
    }
  }
`);

export const LogoutMutation = graphql(`
  mutation Logout {
    logout {
      ok
    }
  }
`);
