import { graphql } from '../../gql/graphql';

export const TransformerQuery = graphql(`
  query TransformerCard($assetId: String!) {
    transformer(assetId: $assetId) {
      id
      assetId
      name
      lon
      lat
      ratedKva
      phases
      primaryKv
      secondaryKv
      installYear
      customerCount
      peakLoadKva
      peakLoadingPct
      latestLoad {
        loadHour
        loadKva
        loadingPct
      }
      circuit {
        id
        assetId
        name
      }
      substation {
        id
        assetId
        name
      }
    }
  }
`);

export const CircuitQuery = graphql(`
  query CircuitCard($assetId: String!) {
    circuit(assetId: $assetId) {
      id
      assetId
      name
      voltageKv
      conductorType
      ratedA
      ratedMva
      lengthKm
      peakLoadMw
      transformerCount
      customerCount
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
`);

export const MeterQuery = graphql(`
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
        id
        assetId
        name
      }
      transformer {
        id
        assetId
        name
      }
    }
  }
`);

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

export const LineQuery = graphql(`
  query LineCard($assetId: String!) {
    line(assetId: $assetId) {
      id
      assetId
      lineClass
      phases
      conductorType
      ratedA
      lengthM
      isUnderground
      circuit {
        id
        assetId
        name
      }
    }
  }
`);

export const SwitchQuery = graphql(`
  query SwitchCard($assetId: String!) {
    switch(assetId: $assetId) {
      id
      assetId
      lon
      lat
      kind
      isNormallyOpen
      ratedA
      circuit {
        id
        assetId
        name
      }
      otherCircuit {
        id
        assetId
        name
      }
    }
  }
`);

export const PoleQuery = graphql(`
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
        id
        assetId
        name
      }
    }
  }
`);

export const OutageQuery = graphql(`
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
        id
        assetId
        name
      }
    }
  }
`);
