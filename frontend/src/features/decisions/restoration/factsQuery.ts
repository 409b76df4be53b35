import { graphql } from '../../../gql/graphql';
import type { ResultOf } from '../../../gql/graphql';
import { RangeFields } from '../../../lib/costs/queries';

/** A plan without its jobs. */
export const PlanFactsQuery = graphql(
  `
    query DecisionPlanFacts($id: ID!) {
      decisionStudy(id: $id) {
        id
        studyId
        restoration {
          unit
          weightedHours
          lowerBoundHours
          gapFrac
          makespanH
          stepCount
          isVerified
          hasTravel
          crewHours {
            ...RangeFields
          }
          milestones {
            shareFrac
            plannedH
            p20H
            p50H
            p80H
          }
        }
      }
    }
  `,
  [RangeFields],
);

export type PlanFacts = NonNullable<NonNullable<ResultOf<typeof PlanFactsQuery>['decisionStudy']>['restoration']>;
