import { graphql } from '../../../gql/graphql';
import type { ResultOf } from '../../../gql/graphql';

export const MitigationQuery = graphql(`
  query DecisionMitigation($id: ID!) {
    decisionStudy(id: $id) {
      id
      studyId
      mitigation {
        lostMw
        customersOut
        coverageFrac
        overloaded
        actions {
          kind
          targets
          names
          shedMw
          movedMw
          lostMw
          savedMw
          customersSaved
          savedUsd
          trippedCount
          isContained
          changes {
            assetId
            mw
          }
          containment {
            probability
            standardError
            expectedLostMw
          }
        }
        chokePoints {
          branchId
          name
          wave
          savedMw
          tripsAvoided
        }
        transfers {
          tieId
          openSwitchId
          fromSubstation
          toSubstation
          mw
          customers
          marginKva
        }
      }
    }
  }
`);

export type Mitigation = NonNullable<NonNullable<ResultOf<typeof MitigationQuery>['decisionStudy']>['mitigation']>;
export type Action = Mitigation['actions'][number];
