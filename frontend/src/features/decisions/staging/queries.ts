import { graphql } from '../../../gql/graphql';
import type { ResultOf } from '../../../gql/graphql';
import { RangeFields } from '../../../lib/costs/queries';

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
              ...RangeFields
            }
            allBackH {
              ...RangeFields
            }
            damageUsd {
              ...RangeFields
            }
            vollUsd {
              ...RangeFields
            }
            savedHours {
              ...RangeFields
            }
            savedDamageUsd {
              ...RangeFields
            }
            savedVollUsd {
              ...RangeFields
            }
          }
        }
      }
    }
  `,
  [RangeFields],
);

export type Staging = NonNullable<NonNullable<ResultOf<typeof StagingQuery>['decisionStudy']>['staging']>;
export type StagingPlan = Staging['plans'][number];
