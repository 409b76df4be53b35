import { graphql } from '../../../gql/graphql';
import type { ResultOf } from '../../../gql/graphql';
import { RefusalFields } from '../../../lib/graphql/refusal';

export const OutboxQuery = graphql(`
  query Outbox {
    outbox {
      pendingCount
      blockedCount
      oldestRecordedAt
      oldestAgeS
      lastDeliveredAt
      lastError
    }
  }
`);

export const StreamStatusQuery = graphql(`
  query StreamStatus {
    streamStatus {
      stream
      backlogCount
      lagS
      reason
      ratePerS
      deadCount
      lastRecordAt
      pendingCount
      pendingSince
      pendingError
      consumers {
        name
        startedAt
        beatAt
        landedCount
        deadCount
        ratePerS
        lastError
      }
    }
  }
`);

export type StreamStatus = ResultOf<typeof StreamStatusQuery>['streamStatus'][number];
export type StreamConsumer = StreamStatus['consumers'][number];

export const ReplayDeadLettersMutation = graphql(
  `
    mutation ReplayDeadLetters($input: ReplayDeadLettersInput!) {
      replayDeadLetters(input: $input) {
        __typename
        ... on DeadLettersReplayed {
          sentCount
        }
        ...RefusalFields
      }
    }
  `,
  [RefusalFields],
);
