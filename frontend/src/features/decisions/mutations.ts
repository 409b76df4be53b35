import { graphql } from '../../gql/graphql';
import type { VariablesOf } from '../../gql/graphql';
import { RefusalFields } from '../../lib/graphql/refusal';

import { StudyFields } from './queries';

export const StartMitigation = graphql(
  `
    mutation DecisionStartMitigation($input: StartMitigationStudyInput!) {
      started: startMitigationStudy(input: $input) {
        __typename
        ...StudyFields
        ...RefusalFields
      }
    }
  `,
  [StudyFields, RefusalFields],
);

export const StartRestoration = graphql(
  `
    mutation DecisionStartRestoration($input: StartRestorationStudyInput!) {
      started: startRestorationStudy(input: $input) {
        __typename
        ...StudyFields
        ...RefusalFields
      }
    }
  `,
  [StudyFields, RefusalFields],
);

export const StartStaging = graphql(
  `
    mutation DecisionStartStaging($input: StartStagingStudyInput!) {
      started: startStagingStudy(input: $input) {
        __typename
        ...StudyFields
        ...RefusalFields
      }
    }
  `,
  [StudyFields, RefusalFields],
);

export const StartInvestment = graphql(
  `
    mutation DecisionStartInvestment($input: StartInvestmentStudyInput!) {
      started: startInvestmentStudy(input: $input) {
        __typename
        ...StudyFields
        ...RefusalFields
      }
    }
  `,
  [StudyFields, RefusalFields],
);

export const StartExplanation = graphql(
  `
    mutation DecisionStartExplanation($input: StartExplanationInput!) {
      started: startExplanation(input: $input) {
        __typename
        ...StudyFields
        ...RefusalFields
      }
    }
  `,
  [StudyFields, RefusalFields],
);

export type MitigationInput = VariablesOf<typeof StartMitigation>['input'];
export type RestorationInput = VariablesOf<typeof StartRestoration>['input'];
export type StagingInput = VariablesOf<typeof StartStaging>['input'];
export type InvestmentInput = VariablesOf<typeof StartInvestment>['input'];
