import { graphql } from '../../gql/graphql';
import type { ResultOf } from '../../gql/graphql';
import { RefusalFields } from '../../lib/graphql/refusal';

export const AssistantInfoQuery = graphql(`
  query AssistantInfo {
    assistant {
      backend
      note
      maxQuestionCharacters
      tools {
        name
        description
        isAllowed
      }
    }
  }
`);

export const MessageFieldsFragment = graphql(`
  fragment MessageFields on AssistantMessage @_unmask {
    id
    role
    text
    parentId
    createdAt
    state
    doneReason
    backend
    durationMs
    firstEventMs
    events {
      seq
      body
    }
    feedback {
      isPositive
      categories
      comment
    }
  }
`);

export type AssistantMessage = ResultOf<typeof MessageFieldsFragment>;

export const ThreadFieldsFragment = graphql(`
  fragment ThreadFields on AssistantThread @_unmask {
    id
    title
    createdAt
    updatedAt
    messageCount
  }
`);

export type AssistantThreadRow = ResultOf<typeof ThreadFieldsFragment>;

export const AssistantThreadsQuery = graphql(
  `
    query AssistantThreads($search: String, $first: Int!, $offset: Int!) {
      assistantThreads(search: $search, first: $first, offset: $offset) {
        totalCount
        threads {
          ...ThreadFields
        }
      }
    }
  `,
  [ThreadFieldsFragment],
);

export const AssistantThreadQuery = graphql(
  `
    query AssistantThread($id: ID!) {
      assistantThread(id: $id) {
        ...ThreadFields
        messages {
          ...MessageFields
        }
      }
    }
  `,
  [ThreadFieldsFragment, MessageFieldsFragment],
);

export const AssistantSuggestionsQuery = graphql(`
  query AssistantSuggestions($context: AssistantContextInput) {
    assistantSuggestions(context: $context) {
      question
      reason
    }
  }
`);

export const AssistantAnswerSubscription = graphql(`
  subscription AssistantAnswer($answerId: ID!, $after: Int!) {
    assistantAnswer(answerId: $answerId, after: $after) {
      events {
        seq
        body
      }
      state
      isFinished
    }
  }
`);

export const ExchangeFieldsFragment = graphql(
  `
    fragment ExchangeFields on AssistantExchange @_unmask {
      thread {
        ...ThreadFields
        messages {
          id
        }
      }
      question {
        ...MessageFields
      }
      answer {
        ...MessageFields
      }
    }
  `,
  [ThreadFieldsFragment, MessageFieldsFragment],
);

export const SendMessageMutation = graphql(
  `
    mutation SendAssistantMessage($input: SendAssistantMessageInput!) {
      sendAssistantMessage(input: $input) {
        __typename
        ... on AssistantExchange {
          ...ExchangeFields
        }
        ...RefusalFields
      }
    }
  `,
  [ExchangeFieldsFragment, RefusalFields],
);

export const RetryAnswerMutation = graphql(
  `
    mutation RetryAssistantAnswer($input: AssistantAnswerInput!) {
      retryAssistantAnswer(input: $input) {
        __typename
        ... on AssistantExchange {
          ...ExchangeFields
        }
        ...RefusalFields
      }
    }
  `,
  [ExchangeFieldsFragment, RefusalFields],
);

export const StopAnswerMutation = graphql(
  `
    mutation StopAssistantAnswer($input: AssistantAnswerInput!) {
      stopAssistantAnswer(input: $input) {
        __typename
        ... on AssistantMessage {
          id
          state
        }
        ...RefusalFields
      }
    }
  `,
  [RefusalFields],
);

export const RenameThreadMutation = graphql(
  `
    mutation RenameAssistantThread($input: RenameAssistantThreadInput!) {
      renameAssistantThread(input: $input) {
        __typename
        ... on AssistantThread {
          id
          title
        }
        ...RefusalFields
      }
    }
  `,
  [RefusalFields],
);

export const DeleteThreadMutation = graphql(
  `
    mutation DeleteAssistantThread($input: DeleteAssistantThreadInput!) {
      deleteAssistantThread(input: $input) {
        __typename
        ... on DeletedAssistantThread {
          id
        }
        ...RefusalFields
      }
    }
  `,
  [RefusalFields],
);

export const GiveFeedbackMutation = graphql(
  `
    mutation GiveAssistantFeedback($input: GiveAssistantFeedbackInput!) {
      giveAssistantFeedback(input: $input) {
        __typename
        ... on AssistantMessage {
          id
          feedback {
            isPositive
            categories
            comment
          }
        }
        ...RefusalFields
      }
    }
  `,
  [RefusalFields],
);
