import { graphql } from '../../../gql/graphql';
import type { ResultOf } from '../../../gql/graphql';
import { RefusalFields } from '../../../lib/graphql/refusal';
import { JobFieldsFragment } from '../../../lib/jobs/queries';

export const SyncLayersQuery = graphql(`
  query SyncLayers {
    syncLayers {
      key
      title
      status
      rowCount
      rejectCount
      syncedAt
      confirmedAt
      ageS
      maxAgeS
      isTooOld
      lastRunAt
      lastRunMode
      lastFallbackReason
      lastError
      isPaused
      mode
      watermarkAt
      nextRunAt
      sourceVersion
    }
    syncAlerts(openOnly: true, first: 100) {
      layer
      raisedAt
      clearedAt
      ageS
      maxAgeS
      reason
      detail
    }
  }
`);

export type SyncLayer = ResultOf<typeof SyncLayersQuery>['syncLayers'][number];
export type SyncAlert = ResultOf<typeof SyncLayersQuery>['syncAlerts'][number];

export const AlertHistoryQuery = graphql(`
  query SyncAlertHistory {
    syncAlerts(openOnly: false, first: 200) {
      layer
      raisedAt
      clearedAt
      ageS
      maxAgeS
      reason
      detail
    }
  }
`);

/** The newest syncs the account may see; a layer's runs are those that name it. */
export const SyncJobsQuery = graphql(
  `
    query SyncJobs($first: Int!) {
      jobs(first: $first, filters: { kind: { exact: "grid.sync" } }, ordering: [{ createdAt: DESC }]) {
        totalCount
        edges {
          node {
            ...JobFields
            inputs
            counts
          }
        }
      }
    }
  `,
  [JobFieldsFragment],
);

export type SyncJob = ResultOf<typeof SyncJobsQuery>['jobs']['edges'][number]['node'];

export const DataSummaryQuery = graphql(`
  query DataSummary {
    dataSummary {
      key
      title
      rowCount
      countMethod
      tableBytes
      indexBytes
      extent
      newestChangeAt
      syncedAt
    }
  }
`);

export type TableSummary = ResultOf<typeof DataSummaryQuery>['dataSummary'][number];

export const StartSyncMutation = graphql(
  `
    mutation StartSync($input: StartSyncInput!) {
      startSync(input: $input) {
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

export const PauseSyncLayerMutation = graphql(
  `
    mutation PauseSyncLayer($input: PauseSyncLayerInput!) {
      pauseSyncLayer(input: $input) {
        __typename
        ... on SyncLayer {
          key
          status
          isPaused
          nextRunAt
        }
        ...RefusalFields
      }
    }
  `,
  [RefusalFields],
);

export const ReplayRejectsMutation = graphql(
  `
    mutation ReplayRejects($layer: String!) {
      replayRejects(input: { layer: $layer }) {
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
