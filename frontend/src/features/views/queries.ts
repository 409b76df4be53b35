import { graphql } from '../../gql/graphql';
import type { ResultOf } from '../../gql/graphql';
import { RefusalFields } from '../../lib/graphql/refusal';

const SavedViewFields = graphql(`
  fragment SavedViewFields on SavedView @_unmask {
    id
    name
    address
    isMine
    isDefault
    isShared
    owner
    updatedAt
  }
`);

export const SavedViewsQuery = graphql(
  `
    query SavedViews {
      savedViews {
        ...SavedViewFields
      }
    }
  `,
  [SavedViewFields],
);

export const SaveViewMutation = graphql(
  `
    mutation SaveView($input: SaveViewInput!) {
      saveView(input: $input) {
        __typename
        ... on SavedView {
          ...SavedViewFields
        }
        ...RefusalFields
      }
    }
  `,
  [SavedViewFields, RefusalFields],
);

export const UpdateSavedViewMutation = graphql(
  `
    mutation UpdateSavedView($input: UpdateSavedViewInput!) {
      updateSavedView(input: $input) {
        __typename
        ... on SavedView {
          ...SavedViewFields
        }
        ...RefusalFields
      }
    }
  `,
  [SavedViewFields, RefusalFields],
);

export const DeleteSavedViewMutation = graphql(
  `
    mutation DeleteSavedView($id: ID!) {
      deleteSavedView(input: { id: $id }) {
        __typename
        ... on DeletedSavedView {
          savedViewId
        }
        ...RefusalFields
      }
    }
  `,
  [RefusalFields],
);

export type SavedView = ResultOf<typeof SavedViewFields>;
