import { graphql } from '../../gql/graphql';

/** What the bar over the map shows, in the server's order; more would not fit. */
export const BAR_KEYS = [
  'customersServed',
  'activeOutages',
  'customersOut',
  'loadMw',
  'overloadedTransformersPct',
  'openWorkOrders',
  'crewsActive',
  'averageRestorationMinutes',
  'operationalMarginPct',
  'capacityLeftMw',
  'circuitsAbove85Pct',
  'assetHealthIndex',
];

export const KpisQuery = graphql(`
  query Kpis($keys: [String!]!) {
    kpis(keys: $keys) {
      key
      label
      value
      unit
      definition
      dataAsOf
      reason
    }
  }
`);
