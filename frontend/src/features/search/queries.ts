import { graphql } from '../../gql/graphql';

export const SearchQuery = graphql(`
  query Search($text: String!, $first: Int!) {
    search(text: $text, first: $first) {
      assetId
      kind
      title
      subtitle
      lon
      lat
    }
  }
`);
