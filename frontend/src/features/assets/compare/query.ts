import { graphql } from '../../../gql/graphql';

/** The facts of one asset of any kind: only what its kind has is asked for. */
export const CompareQuery = graphql(`
  query Compare(
    $id: String!
    $isSubstation: Boolean!
    $isBus: Boolean!
    $isBranch: Boolean!
    $isCircuit: Boolean!
    $isLine: Boolean!
    $isSwitch: Boolean!
    $isPole: Boolean!
    $isTransformer: Boolean!
    $isMeter: Boolean!
    $isOutage: Boolean!
  ) {
    substation(assetId: $id) @include(if: $isSubstation) {
      id
      name
      minKv
      maxKv
      capacityMva
      loadMw
      generationCapacityMw
      status
    }
    bus(assetId: $id) @include(if: $isBus) {
      id
      number
      baseKv
      loadMw
    }
    branch(assetId: $id) @include(if: $isBranch) {
      id
      kind
      baseKv
      lengthKm
      baseFlowMw
      ratingMva
      baseLoadingPct
      inService
      fromSubstation {
        id
        name
      }
      toSubstation {
        id
        name
      }
    }
    circuit(assetId: $id) @include(if: $isCircuit) {
      id
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
    }
    line(assetId: $id) @include(if: $isLine) {
      id
      lineClass
      phases
      conductorType
      ratedA
      lengthM
      isUnderground
      circuit {
        id
        name
      }
    }
    switch(assetId: $id) @include(if: $isSwitch) {
      id
      kind
      isNormallyOpen
      ratedA
      circuit {
        id
        name
      }
    }
    pole(assetId: $id) @include(if: $isPole) {
      id
      heightM
      poleClass
      material
      installYear
      circuit {
        id
        name
      }
    }
    transformer(assetId: $id) @include(if: $isTransformer) {
      id
      name
      ratedKva
      primaryKv
      secondaryKv
      phases
      peakLoadKva
      peakLoadingPct
      customerCount
      installYear
      latestLoad {
        loadKva
        loadingPct
      }
      circuit {
        id
        name
      }
    }
    meter(assetId: $id) @include(if: $isMeter) {
      id
      customerClass
      phases
      status
      circuit {
        id
        name
      }
    }
    outage(assetId: $id) @include(if: $isOutage) {
      id
      status
      causeCode
      startedAt
      estimatedRestorationAt
      customersInterrupted
      customersOut
      circuit {
        id
        name
      }
    }
  }
`);
