import { graphql } from '../../../gql/graphql';
import type { ResultOf } from '../../../gql/graphql';
import { RangeFields } from '../../../lib/costs/queries';

export const InvestmentQuery = graphql(
  `
    query DecisionInvestment($id: ID!) {
      decisionStudy(id: $id) {
        id
        studyId
        inputs
        investment {
          presentValueFactor
          scenarios {
            runId
            perYear
            lostMw
          }
          measures {
            measureId
            kind
            assetId
            assetName
            zone
            costUsd
            isWithinBudget
            chosenAt
            annualUsd {
              ...RangeFields
            }
            annualMwh {
              ...RangeFields
            }
            benefitUsd {
              ...RangeFields
            }
            paybackYears {
              ...RangeFields
            }
            savedMw {
              runId
              savedMw
            }
          }
          portfolio {
            measureIds
            costUsd
            sumOfBenefitsUsd
            annualUsd {
              ...RangeFields
            }
            benefitUsd {
              ...RangeFields
            }
          }
        }
      }
    }
  `,
  [RangeFields],
);

export type Investment = NonNullable<NonNullable<ResultOf<typeof InvestmentQuery>['decisionStudy']>['investment']>;
export type Measure = Investment['measures'][number];
