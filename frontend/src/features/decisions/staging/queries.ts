import { graphql } from '../../../gql/graphql';
import type { ResultOf } from '../../../gql/graphql';
import { RangeFragment } from '../queries';

export const StagingStagesQuery = graphql(`
  query DecisionStagingStages($id: ID!) {
    decisionStudy(id: $id) {
      id
      studyId
      staging {
        recommended {
          stages {
            crews
            crewKind
            place {
              name
              longitude
              latitude
            }
          }
        }
      }
    }
  }
`);

export const StagingQuery = graphql(
  `
    query DecisionStaging($id: ID!) {
      decisionStudy(id: $id) {
        id
        studyId
        inputs
        staging {
          unit
          coverageFrac
          candidateCount
          leftOutCount
          samples
          recommendedCrews
          stoppedBy
          kinds {
            crewKind
            jobs
            workHours
          }
          placings {
            placeCount
            weightedHours
            lowerBoundHours
            gapFrac
            isExact
            places {
              placeId
              name
              kind
              longitude
              latitude
            }
          }
          plans {
            crews
            placeCount
            weightedHours
            lowerBoundHours
            gapFrac
            makespanH
            crewUsd
            stoppedBy
            stages {
              crews
              crewKind
              crewsOnRecord
              place {
                placeId
                name
                kind
                longitude
                latitude
              }
            }
            drawnHours {
              ...DecisionRange
            }
            allBackH {
              ...DecisionRange
            }
            damageUsd {
              ...DecisionRange
            }
            vollUsd {
              ...DecisionRange
            }
            savedHours {
              ...DecisionRange
            }
            savedDamageUsd {
              ...DecisionRange
            }
            savedVollUsd {
              ...DecisionRange
            }
          }
        }
      }
    }
  `,
  [RangeFragment],
);

export type Staging = NonNullable<NonNullable<ResultOf<typeof StagingQuery>['decisionStudy']>['staging']>;
export type StagingPlan = Staging['plans'][number];
