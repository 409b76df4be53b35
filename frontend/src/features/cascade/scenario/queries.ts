import { graphql } from '../../../gql/graphql';
import type { ResultOf } from '../../../gql/graphql';
import { RefusalFields } from '../../../lib/graphql/refusal';

const ScenarioFields = graphql(`
  fragment ScenarioFields on Scenario @_unmask {
    id
    scenarioId
    key
    name
    kind
    description
    owner
    interconnect
    newestNumber
    updatedAt
  }
`);

export const ScenarioLibraryQuery = graphql(
  `
    query ScenarioLibrary {
      scenarios(first: 200) {
        totalCount
        edges {
          node {
            ...ScenarioFields
          }
        }
      }
    }
  `,
  [ScenarioFields],
);

export type ScenarioEntry = ResultOf<typeof ScenarioLibraryQuery>['scenarios']['edges'][number]['node'];

/** All that a scenario says, version by version; the newest comes first. */
export const ScenarioQuery = graphql(
  `
    query ScenarioDocument($id: ID!) {
      scenario(id: $id) {
        ...ScenarioFields
        versions {
          id
          number
          spec
          note
          author
          createdAt
          sources {
            title
            url
            fact
            basis
          }
        }
      }
    }
  `,
  [ScenarioFields],
);

export type ScenarioDetail = NonNullable<ResultOf<typeof ScenarioQuery>['scenario']>;

export const CreateScenarioMutation = graphql(
  `
    mutation CreateScenario($input: CreateScenarioInput!) {
      createScenario(input: $input) {
        __typename
        ...ScenarioFields
        ...RefusalFields
      }
    }
  `,
  [ScenarioFields, RefusalFields],
);

export const UpdateScenarioMutation = graphql(
  `
    mutation UpdateScenario($input: UpdateScenarioInput!) {
      updateScenario(input: $input) {
        __typename
        ...ScenarioFields
        ...RefusalFields
      }
    }
  `,
  [ScenarioFields, RefusalFields],
);

export const DeleteScenarioMutation = graphql(
  `
    mutation DeleteScenario($input: DeleteScenarioInput!) {
      deleteScenario(input: $input) {
        __typename
        ... on DeletedScenario {
          scenarioId
        }
        ...RefusalFields
      }
    }
  `,
  [RefusalFields],
);

export const RunScenarioMutation = graphql(
  `
    mutation RunScenario($input: RunScenarioInput!) {
      runScenario(input: $input) {
        __typename
        ... on CascadeRun {
          id
          runId
        }
        ...RefusalFields
      }
    }
  `,
  [RefusalFields],
);
