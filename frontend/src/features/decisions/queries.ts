import { graphql } from '../../gql/graphql';
import type { ResultOf } from '../../gql/graphql';
import { JobFieldsFragment } from '../../lib/jobs/queries';

export const DecisionRunsQuery = graphql(`
  query DecisionRuns($first: Int!, $name: String) {
    cascadeRuns(first: $first, filters: { name: { iContains: $name } }, ordering: [{ createdAt: DESC }]) {
      totalCount
      edges {
        node {
          id
          runId
          name
          createdAt
          totalShedMw
          trippedCount
          networkDigest
          job {
            id
            status
          }
        }
      }
    }
  }
`);

export type RunChoice = NonNullable<ResultOf<typeof DecisionRunsQuery>>['cascadeRuns']['edges'][number]['node'];

export const DecisionRunQuery = graphql(`
  query DecisionRun($id: ID!) {
    cascadeRun(id: $id) {
      id
      runId
      name
      interconnect
      createdAt
      loadMultiplier
      ratingMultiplier
      totalLoadMw
      initialShedMw
      totalShedMw
      servedMw
      trippedCount
      waveCount
      islandsDead
      networkDigest
      outages {
        assetId
        kind
        name
      }
      job {
        id
        status
        owner
        errorMessage
      }
    }
  }
`);

export type DecisionRun = NonNullable<ResultOf<typeof DecisionRunQuery>['cascadeRun']>;

/** What tripped first: what a measure against it may be. */
export const RunTripsQuery = graphql(`
  query DecisionRunTrips($id: ID!) {
    cascadeRun(id: $id) {
      id
      waves {
        number
        trips(first: 20) {
          branchAssetId
          name
          loadingPct
        }
      }
    }
  }
`);

export const StudyFields = graphql(
  `
    fragment StudyFields on DecisionStudy @_unmask {
      id
      studyId
      kind
      name
      createdAt
      inputs
      job {
        ...JobFields
      }
    }
  `,
  [JobFieldsFragment],
);

export type StudyRow = ResultOf<typeof StudyFields>;

export const StudiesQuery = graphql(
  `
    query DecisionStudies($run: ID!, $first: Int!) {
      decisionStudies(first: $first, filters: { runId: $run }, ordering: [{ createdAt: DESC }]) {
        totalCount
        edges {
          node {
            ...StudyFields
          }
        }
      }
    }
  `,
  [StudyFields],
);
