import { graphql } from '../../../gql/graphql';
import type { ResultOf } from '../../../gql/graphql';

export const CompareRunsQuery = graphql(`
  query CompareRuns($firstId: ID!, $secondId: ID!) {
    compareCascadeRuns(firstId: $firstId, secondId: $secondId, limit: 500) {
      firstId
      secondId
      isSameResult
      isSameNetwork
      measures {
        name
        first
        second
        change
      }
      trippedInBothCount
      onlyFirstCount
      onlySecondCount
      onlyFirst
      onlySecond
      earlierOrLaterCount
      losses {
        substationId
        firstMw
        secondMw
        changeMw
      }
    }
  }
`);
export type Comparison = ResultOf<typeof CompareRunsQuery>['compareCascadeRuns'];

/** Runs to choose from. */
export const RunChoicesQuery = graphql(`
  query RunChoices {
    cascadeRuns(first: 100, ordering: [{ createdAt: DESC }]) {
      edges {
        node {
          id
          runId
          name
          totalShedMw
        }
      }
    }
  }
`);

export const CompareCostsQuery = graphql(`
  query CompareCosts($first: ID!, $second: ID!, $durations: DurationsInput!) {
    first: cascadeEconomics(runId: $first, durations: $durations) {
      customer {
        usd {
          low
          mid
          high
        }
      }
    }
    second: cascadeEconomics(runId: $second, durations: $durations) {
      customer {
        usd {
          low
          mid
          high
        }
      }
    }
  }
`);
