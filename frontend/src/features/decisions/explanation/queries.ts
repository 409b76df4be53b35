import { graphql } from '../../../gql/graphql';
import type { ResultOf } from '../../../gql/graphql';

export const ExplanationQuery = graphql(`
  query DecisionExplanation($id: ID!) {
    decisionStudy(id: $id) {
      id
      studyId
      explanation {
        part
        topic
        text
        facts
      }
    }
  }
`);

export type Statement = NonNullable<NonNullable<ResultOf<typeof ExplanationQuery>['decisionStudy']>['explanation']>[number];
