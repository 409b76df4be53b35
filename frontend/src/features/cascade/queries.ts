import { graphql } from '../../gql/graphql';
import type { ResultOf } from '../../gql/graphql';
import { JobFieldsFragment } from '../../lib/jobs/queries';

export const CascadeRunQuery = graphql(
  `
    query CascadeRun($id: ID!) {
      cascadeRun(id: $id) {
        id
        runId
        name
        interconnect
        loadMultiplier
        ratingMultiplier
        createdAt
        outages {
          assetId
          kind
          name
        }
        job {
          ...JobFields
        }
        totalLoadMw
        baseShedMw
        initialShedMw
        totalShedMw
        servedMw
        trippedCount
        waveCount
        islandsAlive
        islandsDead
        closestMarginFrac
        terminationReason
        elapsedMs
        networkDigest
        branchesUrl
        substationsUrl
        waves {
          number
          trippedCount
          shedMw
          cumulativeShedMw
          servedMw
          islandsAlive
          islandsDead
        }
      }
    }
  `,
  [JobFieldsFragment],
);

export type CascadeRunDetail = NonNullable<ResultOf<typeof CascadeRunQuery>['cascadeRun']>;
export type CascadeWave = CascadeRunDetail['waves'][number];

/** The trips of all waves; at most 200 of each wave, most loaded first. */
export const CascadeTripsQuery = graphql(`
  query CascadeTrips($id: ID!) {
    cascadeRun(id: $id) {
      id
      waves {
        number
        trippedCount
        trips(first: 200) {
          branchAssetId
          name
          flowMw
          ratingMva
          loadingPct
        }
      }
    }
  }
`);

export const StartCascadeRunMutation = graphql(
  `
    mutation StartCascadeRun($input: StartCascadeRunInput!) {
      startCascadeRun(input: $input) {
        __typename
        ... on CascadeRun {
          id
          runId
          name
          job {
            ...JobFields
          }
        }
        ... on OperationInfo {
          code
          message
          field
        }
      }
    }
  `,
  [JobFieldsFragment],
);

export const CascadeRunsQuery = graphql(
  `
    query CascadeRuns($first: Int!, $after: String) {
      cascadeRuns(first: $first, after: $after, ordering: [{ createdAt: DESC }]) {
        totalCount
        pageInfo {
          hasNextPage
          endCursor
        }
        edges {
          node {
            id
            runId
            name
            createdAt
            loadMultiplier
            ratingMultiplier
            totalLoadMw
            totalShedMw
            trippedCount
            waveCount
            job {
              ...JobFields
            }
          }
        }
      }
    }
  `,
  [JobFieldsFragment],
);
