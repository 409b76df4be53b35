import { graphql } from '../../gql/graphql';

/** What a scope lies in, one query per kind: each asks only for what its own permission shows. */
export const ZoneQuery = graphql(`
  query AmiZone($id: String!) {
    substations(first: 1, filters: { zoneId: { exact: $id } }) {
      edges {
        node {
          id
          zone {
            id
            name
          }
        }
      }
    }
  }
`);

export const SubstationQuery = graphql(`
  query AmiSubstation($id: String!) {
    substation(assetId: $id) {
      id
      assetId
      name
      zone {
        id
        name
      }
    }
  }
`);

export const CircuitQuery = graphql(`
  query AmiCircuit($id: String!) {
    circuit(assetId: $id) {
      id
      assetId
      name
      substation {
        id
        assetId
        name
        zone {
          id
          name
        }
      }
    }
  }
`);

export const TransformerQuery = graphql(`
  query AmiTransformer($id: String!) {
    transformer(assetId: $id) {
      id
      assetId
      name
      ratedKva
      circuit {
        id
        assetId
        name
      }
      substation {
        id
        assetId
        name
        zone {
          id
          name
        }
      }
    }
  }
`);

export const MeterQuery = graphql(`
  query AmiMeter($id: String!) {
    meter(assetId: $id) {
      id
      assetId
      customerClass
      transformer {
        id
        assetId
        name
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
        zone {
          id
          name
        }
      }
    }
  }
`);
