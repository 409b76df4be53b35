import { graphql } from '../../gql/graphql';
import type { ResultOf } from '../../gql/graphql';
import { RefusalFields } from '../../lib/graphql/refusal';
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
        customersOut
        elementCount
        repeatOfId
        scenario {
          id
          scenarioId
          name
        }
        version {
          id
          number
          spec
        }
        inputs {
          params
          summary
        }
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
          deadBusCount
          customersOut
          customersExpected
          timeS
        }
      }
    }
  `,
  [JobFieldsFragment],
);

export type CascadeRunDetail = NonNullable<ResultOf<typeof CascadeRunQuery>['cascadeRun']>;
export type CascadeWave = CascadeRunDetail['waves'][number];

/** The most loaded trips of each wave, at most 200, and where all of them can be read. */
export const CascadeTripsQuery = graphql(`
  query CascadeTrips($id: ID!) {
    cascadeRun(id: $id) {
      id
      tripsUrl: exportUrl(part: TRIPS, format: JSON)
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
        ...RefusalFields
      }
    }
  `,
  [JobFieldsFragment, RefusalFields],
);

export const CascadeRunsQuery = graphql(
  `
    query CascadeRuns($first: Int!, $after: String, $filters: CascadeRunFilter, $ordering: [CascadeRunOrder!]!) {
      cascadeRuns(first: $first, after: $after, filters: $filters, ordering: $ordering) {
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
            customersOut
            trippedCount
            waveCount
            scenario {
              id
              name
            }
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
