import { graphql } from '../../../gql/graphql';
import type { ResultOf } from '../../../gql/graphql';
import { RangeFields } from '../../../lib/costs/queries';

export const RestorationQuery = graphql(
  `
    query DecisionRestoration($id: ID!, $first: Int!, $skip: Int!) {
      decisionStudy(id: $id) {
        id
        studyId
        restoration {
          unit
          coverageFrac
          lostMw
          unattributedMw
          unattributedCustomers
          withoutPlaceCount
          hasTravel
          isVerified
          weightedHours
          lowerBoundHours
          gapFrac
          makespanH
          samples
          stepCount
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
          switching {
            doneH
            restoredCustomers
            stepCount
          }
          steps(first: $first, skip: $skip) {
            sequence
            assetId
            name
            kind
            parentId
            isCritical
            section
            crew
            leavesH
            startsH
            finishedH
            energisedH
            p20H
            p50H
            p80H
            restoresMw
            customers
            verifiedRestoredMw
            wouldTrip
            needsCrew
          }
        }
      }
    }
  `,
  [RangeFields],
);

export type Plan = NonNullable<NonNullable<ResultOf<typeof RestorationQuery>['decisionStudy']>['restoration']>;
export type Step = Plan['steps'][number];
