import { graphql } from '../../gql/graphql';
import type { ResultOf } from '../../gql/graphql';

export const RangeFields = graphql(`
  fragment RangeFields on FigureRange @_unmask {
    low
    mid
    high
    reasons
  }
`);

const LedgerFields = graphql(
  `
    fragment LedgerFields on CostLedger @_unmask {
      name
      usd {
        ...RangeFields
      }
      lines {
        name
        usd {
          ...RangeFields
        }
      }
    }
  `,
  [RangeFields],
);

/** What a run cost, for given hours or those of a restoration plan. */
export const EconomicsQuery = graphql(
  `
    query RunEconomics($runId: ID!, $durations: DurationsInput, $studyId: ID, $regulatory: [RegulatoryItemInput!]) {
      cascadeEconomics(runId: $runId, durations: $durations, restorationStudyId: $studyId, regulatory: $regulatory) {
        lostMw
        localLostMw
        localLostMwReason
        customersOut
        coverageFrac
        unservedMwh {
          ...RangeFields
        }
        customer {
          ...LedgerFields
        }
        utility {
          ...LedgerFields
        }
        regulatory {
          ...LedgerFields
        }
        shares {
          costClass
          area
          customers
          usd {
            ...RangeFields
          }
        }
        severity
        severityReachedBy
        severityReason
        damageTable
        costAssumptions
        vollUsdPerMwh
        priceFactor
      }
    }
  `,
  [RangeFields, LedgerFields],
);

export type Economics = ResultOf<typeof EconomicsQuery>['cascadeEconomics'];
export type Ledger = ResultOf<typeof LedgerFields>;
export type Range = ResultOf<typeof RangeFields>;
export type CostShare = Economics['shares'][number];
