import { graphql } from '../../../gql/graphql';
import type { ResultOf } from '../../../gql/graphql';
import { RefusalFields } from '../../../lib/graphql/refusal';
import { JobFieldsFragment } from '../../../lib/jobs/queries';

/** What the loss means for circuits and customers. */
export const RunImpactQuery = graphql(`
  query RunImpact($id: ID!) {
    cascadeRun(id: $id) {
      id
      impact
    }
  }
`);

/** Studies bear the name of their run; which run it is, each tells. */
export const RunStudiesQuery = graphql(
  `
    query RunStudies($kind: String!, $name: String!) {
      decisionStudies(first: 50, filters: { kind: { exact: $kind }, name: { exact: $name } }, ordering: [{ createdAt: DESC }]) {
        edges {
          node {
            id
            studyId
            name
            createdAt
            run {
              id
              runId
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

export const ExplanationQuery = graphql(`
  query RunExplanation($id: ID!) {
    decisionStudy(id: $id) {
      id
      studyId
      createdAt
      explanation {
        part
        topic
        text
        facts
      }
    }
  }
`);
export type Statement = NonNullable<NonNullable<ResultOf<typeof ExplanationQuery>['decisionStudy']>['explanation']>[number];

export const StartExplanationMutation = graphql(
  `
    mutation StartExplanation($input: StartExplanationInput!) {
      startExplanation(input: $input) {
        __typename
        ... on DecisionStudy {
          id
          studyId
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

export const RepeatRunMutation = graphql(
  `
    mutation RepeatCascadeRun($input: RepeatCascadeRunInput!) {
      repeatCascadeRun(input: $input) {
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

export const PublishRunMutation = graphql(
  `
    mutation PublishCascadeRun($input: PublishCascadeRunInput!) {
      publishCascadeRun(input: $input) {
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

/** Addresses of the files of a finished run. */
export const RunFilesQuery = graphql(`
  query RunFiles($id: ID!) {
    cascadeRun(id: $id) {
      id
      allJson: exportUrl(part: ALL, format: JSON)
      wavesCsv: exportUrl(part: WAVES, format: CSV)
      tripsCsv: exportUrl(part: TRIPS, format: CSV)
      branchesCsv: exportUrl(part: BRANCHES, format: CSV)
      busesCsv: exportUrl(part: BUSES, format: CSV)
      substationsCsv: exportUrl(part: SUBSTATIONS, format: CSV)
      wavesParquet: exportUrl(part: WAVES, format: PARQUET)
      tripsParquet: exportUrl(part: TRIPS, format: PARQUET)
      branchesParquet: exportUrl(part: BRANCHES, format: PARQUET)
      busesParquet: exportUrl(part: BUSES, format: PARQUET)
      substationsParquet: exportUrl(part: SUBSTATIONS, format: PARQUET)
    }
  }
`);
