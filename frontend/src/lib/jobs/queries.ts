import { graphql } from '../../gql/graphql';
import type { ResultOf } from '../../gql/graphql';
import { RefusalFields } from '../graphql/refusal';

export const JobFieldsFragment = graphql(`
  fragment JobFields on Job @_unmask {
    id
    jobId
    kind
    title
    status
    progressFrac
    step
    errorCode
    errorMessage
    createdAt
    startedAt
    finishedAt
    isCancelRequested
    owner
  }
`);

export type JobFields = ResultOf<typeof JobFieldsFragment>;

export const JobQuery = graphql(
  `
    query Job($id: ID!) {
      job(id: $id) {
        ...JobFields
        log
        counts
      }
    }
  `,
  [JobFieldsFragment],
);

export const JobUpdatesSubscription = graphql(
  `
    subscription JobUpdates($jobId: ID) {
      jobUpdates(jobId: $jobId) {
        ...JobFields
        log
        counts
      }
    }
  `,
  [JobFieldsFragment],
);

export const CancelJobMutation = graphql(
  `
    mutation CancelJob($jobId: ID!) {
      cancelJob(input: { jobId: $jobId }) {
        __typename
        ... on Job {
          ...JobFields
        }
        ...RefusalFields
      }
    }
  `,
  [JobFieldsFragment, RefusalFields],
);
