import { graphql } from '../../../gql/graphql';
import type { ResultOf } from '../../../gql/graphql';
import { RefusalFields } from '../../../lib/graphql/refusal';
import { JobFieldsFragment } from '../../../lib/jobs/queries';

const FileImportFragment = graphql(
  `
    fragment FileImportFields on FileImport @_unmask {
      id
      layer
      mode
      mapping
      options
      startedBy
      createdAt
      rowsRead
      rowsRefused
      rowsNew
      rowsKnown
      rowsKept
      writtenAt
      file {
        digest
        name
        fileFormat
        sizeBytes
        receivedAt
        receivedBy
      }
      job {
        ...JobFields
      }
    }
  `,
  [JobFieldsFragment],
);

export type FileImport = ResultOf<typeof FileImportFragment>;

export const FileImportsQuery = graphql(
  `
    query FileImports($first: Int!) {
      fileImports(first: $first) {
        ...FileImportFields
      }
    }
  `,
  [FileImportFragment],
);

/** Files that wait to be imported, and stored mappings. */
export const ImportChoicesQuery = graphql(`
  query ImportChoices {
    importFiles(first: 100) {
      digest
      name
      fileFormat
      sizeBytes
      receivedAt
      receivedBy
    }
    importInbox
    importMappings {
      name
      layer
      mapping
      options
      updatedAt
    }
  }
`);

export type ImportFile = ResultOf<typeof ImportChoicesQuery>['importFiles'][number];
export type StoredMapping = ResultOf<typeof ImportChoicesQuery>['importMappings'][number];

export const ImportRejectsQuery = graphql(`
  query ImportRejects($importId: ID!, $openOnly: Boolean!, $first: Int!, $afterRow: Int!) {
    importRejects(importId: $importId, openOnly: $openOnly, first: $first, afterRow: $afterRow) {
      rowNumber
      rowKey
      reason
      column
      detail
      row
      resolvedAt
    }
  }
`);

export type ImportReject = ResultOf<typeof ImportRejectsQuery>['importRejects'][number];

export const PreviewImportMutation = graphql(
  `
    mutation PreviewImport($input: PreviewImportInput!) {
      previewImport(input: $input) {
        __typename
        ... on ImportPreview {
          columns
          hasGeometry
          crs
          mapping
          problem
          problemCode
          rowsLookedAt
          rows
          rowsRefused
          refused {
            rowNumber
            rowKey
            reason
            column
            detail
            row
            resolvedAt
          }
        }
        ...RefusalFields
      }
    }
  `,
  [RefusalFields],
);

export type ImportPreview = Extract<NonNullable<ResultOf<typeof PreviewImportMutation>['previewImport']>, { __typename: 'ImportPreview' }>;

export const StartImportMutation = graphql(
  `
    mutation StartImport($input: StartImportInput!) {
      startImport(input: $input) {
        __typename
        ... on FileImport {
          ...FileImportFields
        }
        ...RefusalFields
      }
    }
  `,
  [FileImportFragment, RefusalFields],
);

export const ReplayImportRejectsMutation = graphql(
  `
    mutation ReplayImportRejects($input: ReplayImportRejectsInput!) {
      replayImportRejects(input: $input) {
        __typename
        ... on FileImport {
          ...FileImportFields
        }
        ...RefusalFields
      }
    }
  `,
  [FileImportFragment, RefusalFields],
);

export const SaveImportMappingMutation = graphql(
  `
    mutation SaveImportMapping($input: SaveImportMappingInput!) {
      saveImportMapping(input: $input) {
        __typename
        ... on ImportMapping {
          name
          layer
          mapping
          options
          updatedAt
        }
        ...RefusalFields
      }
    }
  `,
  [RefusalFields],
);
