import { graphql } from '../../gql/graphql';
import type { ResultOf } from '../../gql/graphql';

export const PaletteSearchQuery = graphql(`
  query PaletteSearch($text: String!) {
    search(text: $text, first: 8) {
      assetId
      kind
      title
      subtitle
      lon
      lat
    }
  }
`);

/** Customers by the start of their id; nothing personal is asked for, so nothing of it is shown or put on record. */
export const PaletteCustomersQuery = graphql(`
  query PaletteCustomers($text: String!) {
    customers(first: 5, filters: { assetId: { iStartsWith: $text } }) {
      edges {
        node {
          id
          assetId
          customerClass
          city
          meter {
            id
            assetId
            lon
            lat
          }
        }
      }
    }
  }
`);

export type PaletteHit = ResultOf<typeof PaletteSearchQuery>['search'][number];
export type PaletteCustomer = ResultOf<typeof PaletteCustomersQuery>['customers']['edges'][number]['node'];
