import { graphql } from '../../gql/graphql';
import { CircuitFacts, CircuitName, LineFacts, SubstationName, SwitchFacts, TransformerFacts } from '../../lib/assets/fragments';

export const TransformerQuery = graphql(
  `
    query TransformerCard($assetId: String!) {
      transformer(assetId: $assetId) {
        ...TransformerFacts
        lon
        lat
        installYear
        peakLoadKva
        circuit {
          ...CircuitName
        }
        substation {
          ...SubstationName
        }
      }
    }
  `,
  [CircuitName, SubstationName, TransformerFacts],
);

export const CircuitQuery = graphql(
  `
    query CircuitCard($assetId: String!) {
      circuit(assetId: $assetId) {
        ...CircuitFacts
        status
        substation {
          id
          assetId
          name
          lon
          lat
        }
      }
    }
  `,
  [CircuitFacts],
);

export const MeterQuery = graphql(
  `
    query MeterCard($assetId: String!) {
      meter(assetId: $assetId) {
        id
        assetId
        lon
        lat
        customerClass
        phases
        status
        circuit {
          ...CircuitName
        }
        transformer {
          id
          assetId
          name
        }
      }
    }
  `,
  [CircuitName],
);

/** Asked for apart: without permission for customers the rest of the card still shows. */
export const MeterCustomersQuery = graphql(`
  query MeterCustomers($assetId: String!) {
    meter(assetId: $assetId) {
      id
      customers(first: 5) {
        totalCount
        edges {
          node {
            id
            assetId
            fullName
            serviceAddress
            city
            phone
            email
            criticalKind
          }
        }
      }
    }
  }
`);

export const LineQuery = graphql(
  `
    query LineCard($assetId: String!) {
      line(assetId: $assetId) {
        ...LineFacts
        circuit {
          ...CircuitName
        }
      }
    }
  `,
  [CircuitName, LineFacts],
);

export const SwitchQuery = graphql(
  `
    query SwitchCard($assetId: String!) {
      switch(assetId: $assetId) {
        ...SwitchFacts
        lon
        lat
      }
    }
  `,
  [SwitchFacts],
);

export const PoleQuery = graphql(
  `
    query PoleCard($assetId: String!) {
      pole(assetId: $assetId) {
        id
        assetId
        lon
        lat
        heightM
        poleClass
        material
        installYear
        circuit {
          ...CircuitName
        }
      }
    }
  `,
  [CircuitName],
);

export const OutageQuery = graphql(
  `
    query OutageCard($assetId: String!) {
      outage(assetId: $assetId) {
        id
        assetId
        lon
        lat
        status
        causeCode
        startedAt
        restoredAt
        estimatedRestorationAt
        customersInterrupted
        customersOut
        circuit {
          ...CircuitName
        }
      }
    }
  `,
  [CircuitName],
);
