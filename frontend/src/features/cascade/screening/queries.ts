import { graphql } from '../../../gql/graphql';
import type { ResultOf } from '../../../gql/graphql';
import { RefusalFields } from '../../../lib/graphql/refusal';
import { JobFieldsFragment } from '../../../lib/jobs/queries';

export const BatchesQuery = graphql(
  `
    query CascadeBatches($first: Int!, $after: String) {
      cascadeBatches(first: $first, after: $after) {
        totalCount
        pageInfo {
          hasNextPage
          endCursor
        }
        edges {
          node {
            id
            batchId
            name
            kind
            createdAt
            contingencyCount
            worstShedMw
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

export const BatchQuery = graphql(
  `
    query CascadeBatch($id: ID!) {
      cascadeBatch(id: $id) {
        id
        batchId
        name
        kind
        interconnect
        createdAt
        contingencyCount
        baseShedMw
        unsolvedCount
        losingCount
        worstShedMw
        meanShedMw
        seed
        statistics
        version {
          id
          number
          name
        }
        inputs {
          params
        }
        screening {
          pairCount
          removedCount
          overloadingCount
          onlyTogetherCount
          undecidedCount
          elapsedMs
        }
        job {
          ...JobFields
        }
      }
    }
  `,
  [JobFieldsFragment],
);
export type BatchDetail = NonNullable<ResultOf<typeof BatchQuery>['cascadeBatch']>;

export const ContingenciesQuery = graphql(`
  query Contingencies($id: ID!, $first: Int!, $offset: Int!) {
    cascadeBatch(id: $id) {
      id
      contingencies(first: $first, offset: $offset) {
        rank
        contingency
        label
        isSolved
        shedMw
        firstShedMw
        trippedCount
        waveCount
        worstBranchId
        worstLoadingPct
        baseLoadingPct
        deltaPct
        overMva
        closestMarginFrac
        seed
      }
    }
  }
`);
export type ContingencyRow = NonNullable<ResultOf<typeof ContingenciesQuery>['cascadeBatch']>['contingencies'][number];

export const BatchFilesQuery = graphql(`
  query BatchFiles($id: ID!) {
    cascadeBatch(id: $id) {
      id
      contingenciesCsv: exportUrl(part: CONTINGENCIES, format: CSV)
      tripsCsv: exportUrl(part: TRIPS, format: CSV)
      influenceCsv: exportUrl(part: INFLUENCE, format: CSV)
      statisticsJson: exportUrl(part: STATISTICS, format: JSON)
    }
  }
`);

export const StartBatchMutation = graphql(
  `
    mutation StartCascadeBatch($input: StartCascadeBatchInput!) {
      startCascadeBatch(input: $input) {
        __typename
        ... on CascadeBatch {
          id
          batchId
        }
        ...RefusalFields
      }
    }
  `,
  [RefusalFields],
);

/** Which scenario a version belongs to. */
export const ScenarioVersionsQuery = graphql(`
  query ScenarioVersions {
    scenarios(first: 200) {
      edges {
        node {
          id
          scenarioId
          name
          versions {
            id
          }
        }
      }
    }
  }
`);
