import { graphql } from '../../../gql/graphql';
import type { ResultOf } from '../../../gql/graphql';
import { RangeFragment } from '../queries';

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
              ...DecisionRange
            }
            annualMwh {
              ...DecisionRange
            }
            benefitUsd {
              ...DecisionRange
            }
            paybackYears {
              ...DecisionRange
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
              ...DecisionRange
            }
            benefitUsd {
              ...DecisionRange
            }
          }
        }
      }
    }
  `,
  [RangeFragment],
);

export type Investment = NonNullable<NonNullable<ResultOf<typeof InvestmentQuery>['decisionStudy']>['investment']>;
export type Measure = Investment['measures'][number];
