import { graphql } from '../../../gql/graphql';
import type { ResultOf, VariablesOf } from '../../../gql/graphql';
import { RefusalFields } from '../../../lib/graphql/refusal';
import { JobFieldsFragment } from '../../../lib/jobs/queries';

export const DataQualityQuery = graphql(`
  query DataQuality($kinds: [DataQualityKind!], $severities: [DataQualitySeverity!], $assetId: String, $first: Int!, $offset: Int!) {
    dataQuality(kinds: $kinds, severities: $severities, assetId: $assetId, first: $first, offset: $offset) {
      checkedAt
      counts {
        kind
        severity
        count
      }
      totalCount
      items {
        kind
        severity
        assetKind
        assetId
        otherId
        explanation
        value
      }
    }
  }
`);

export type QualityReport = ResultOf<typeof DataQualityQuery>['dataQuality'];
export type Finding = QualityReport['items'][number];
export type QualityCount = QualityReport['counts'][number];
export type QualityAsk = VariablesOf<typeof DataQualityQuery>;

export const StartDataQualityCheckMutation = graphql(
  `
    mutation StartDataQualityCheck {
      startDataQualityCheck {
        __typename
        ... on Job {
          ...JobFields
        }
        ...RefusalFields
      }
    }
  `,
  [JobFieldsFragment, RefusalFields],
);
