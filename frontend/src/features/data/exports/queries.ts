import { graphql } from '../../../gql/graphql';
import type { ResultOf } from '../../../gql/graphql';
import { RefusalFields } from '../../../lib/graphql/refusal';
import { JobFieldsFragment } from '../../../lib/jobs/queries';

const FileExportFragment = graphql(
  `
    fragment FileExportFields on FileExport @_unmask {
      id
      layer
      format
      area
      filters
      hasPersonal
      zoneIds
      askedBy
      createdAt
      dataVersion
      rowCount
      sizeBytes
      digest
      readyAt
      expiresAt
      downloadUrl
      job {
        ...JobFields
      }
    }
  `,
  [JobFieldsFragment],
);

export type FileExport = ResultOf<typeof FileExportFragment>;

export const ExportsQuery = graphql(
  `
    query Exports($first: Int!) {
      exports(first: $first) {
        ...FileExportFields
      }
    }
  `,
  [FileExportFragment],
);

/** Layers that can be exported, with what their rows can be chosen by. */
export const ExportLayersQuery = graphql(`
  query ExportLayers {
    mapLayers {
      key
      title
      permission
      rowCount
      attributes {
        name
        title
        unit
        isOfAggregates
      }
    }
  }
`);

export type ExportLayer = ResultOf<typeof ExportLayersQuery>['mapLayers'][number];

export const StartExportMutation = graphql(
  `
    mutation StartExport($input: StartExportInput!) {
      startExport(input: $input) {
        __typename
        ... on FileExport {
          ...FileExportFields
        }
        ...RefusalFields
      }
    }
  `,
  [FileExportFragment, RefusalFields],
);
