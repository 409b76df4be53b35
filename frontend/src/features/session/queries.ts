import { graphql } from '../../gql/graphql';
import { RefusalFields } from '../../lib/graphql/refusal';

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

export const LoginMutation = graphql(
  `
    mutation Login($input: LoginInput!) {
      login(input: $input) {
        __typename
        ... on Viewer {
          username
        }
        ...RefusalFields
      }
    }
  `,
  [RefusalFields],
);

export const LogoutMutation = graphql(`
  mutation Logout {
    logout {
      ok
    }
  }
`);
