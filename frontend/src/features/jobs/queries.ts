import { graphql } from '../../gql/graphql';
import { JobFieldsFragment } from '../../lib/jobs/queries';

export const JobsQuery = graphql(
  `
    query Jobs($first: Int!, $after: String, $filters: JobFilter) {
      jobs(first: $first, after: $after, filters: $filters, ordering: [{ createdAt: DESC }]) {
        totalCount
        pageInfo {
          hasNextPage
          endCursor
        }
        edges {
          node {
            ...JobFields
          }
        }
      }
    }
  `,
  [JobFieldsFragment],
);
