import { graphql } from '../../gql/graphql';

export const CircuitTransformersQuery = graphql(`
  query CircuitTransformers($assetId: String!, $after: String) {
    circuit(assetId: $assetId) {
      id
      transformers(first: 20, after: $after) {
        totalCount
        pageInfo {
          endCursor
          hasNextPage
        }
        edges {
          node {
            id
            assetId
            lon
            lat
            name
            ratedKva
            customerCount
          }
        }
      }
    }
  }
`);

export const CircuitSwitchesQuery = graphql(`
  query CircuitSwitches($assetId: String!, $after: String) {
    circuit(assetId: $assetId) {
      id
      switches(first: 20, after: $after) {
        totalCount
        pageInfo {
          endCursor
          hasNextPage
        }
        edges {
          node {
            id
            assetId
            lon
            lat
            kind
            isNormallyOpen
          }
        }
      }
    }
  }
`);

export const TransformerMetersQuery = graphql(`
  query TransformerMeters($assetId: String!, $after: String) {
    transformer(assetId: $assetId) {
      id
      pole {
        id
        assetId
        lon
        lat
      }
      line {
        id
        assetId
        lineClass
      }
      meters(first: 20, after: $after) {
        totalCount
        pageInfo {
          endCursor
          hasNextPage
        }
        edges {
          node {
            id
            assetId
            lon
            lat
            customerClass
          }
        }
      }
    }
  }
`);

export const LineOfQuery = graphql(`
  query LineOf($switchId: String!, $poleId: String!, $isSwitch: Boolean!) {
    switch(assetId: $switchId) @include(if: $isSwitch) {
      id
      line {
        id
        assetId
      }
    }
    pole(assetId: $poleId) @skip(if: $isSwitch) {
      id
      line {
        id
        assetId
      }
    }
  }
`);

const FoundAsset = graphql(`
  fragment FoundAsset on FoundAsset @_unmask {
    kind
    assetId
    title
    lon
    lat
  }
`);

export const LineAssetsQuery = graphql(
  `
    query LineAssets($lineId: String!) {
      assetsOfLine(lineId: $lineId) {
        lineId
        isFed
        customersBehind
        transformersBehind
        feedsFrom {
          ...FoundAsset
        }
        feeds {
          ...FoundAsset
        }
        transformers {
          ...FoundAsset
        }
        switches {
          ...FoundAsset
        }
        poles {
          ...FoundAsset
        }
      }
    }
  `,
  [FoundAsset],
);

export const RouteQuery = graphql(`
  query AssetRoute($lineId: String!, $branchId: String!, $isLine: Boolean!) {
    line(assetId: $lineId) @include(if: $isLine) {
      id
      route
    }
    branch(assetId: $branchId) @skip(if: $isLine) {
      id
      route
    }
  }
`);

export const TreesNearQuery = graphql(`
  query TreesNear($area: AreaInput!) {
    all: vegetationRisk(area: $area, first: 5, ordering: [{ customerMinutesPerYear: DESC_NULLS_LAST }]) {
      totalCount
      edges {
        node {
          id
          assetId
          lon
          lat
          commonName
          level
          distanceM
          heightM
          reachM
          overstrikeM
          customerMinutesPerYear
        }
      }
    }
    critical: vegetationRisk(area: $area, first: 1, filters: { level: { exact: "CRITICAL" } }) {
      totalCount
    }
  }
`);

export const CustomersBehindQuery = graphql(`
  query CustomersBehind($deviceId: String!) {
    outageImpact(deviceId: $deviceId) {
      meters
      customers
      criticalCustomers
      transformers
      loadKw
      loadHour
      transformersWithLoad
    }
  }
`);
