import { graphql } from '../../gql/graphql';
import type { ResultOf } from '../../gql/graphql';
import { JobFieldsFragment } from '../../lib/jobs/queries';

export const OpenAlarmsQuery = graphql(`
  query OpenAlarms {
    syncAlerts(openOnly: true, first: 50) {
      layer
      raisedAt
      ageS
      maxAgeS
      reason
    }
  }
`);

/** Outages not over that began since a moment, newest first. */
export const NewOutagesQuery = graphql(`
  query NewOutages($since: DateTime!) {
    outages(
      first: 50
      filters: { status: { inList: ["PREDICTED", "CONFIRMED", "ASSIGNED", "IN_PROGRESS"] }, startedAt: { gte: $since } }
      ordering: [{ startedAt: DESC }]
    ) {
      edges {
        node {
          id
          assetId
          status
          startedAt
          customersOut
          circuit {
            id
            assetId
            name
          }
        }
      }
    }
  }
`);

export const OutageChangesSubscription = graphql(`
  subscription OutageChanges {
    outageUpdates {
      isLive
      goneIds
      outages {
        id
        assetId
      }
    }
  }
`);

export const FinishedJobsQuery = graphql(
  `
    query FinishedJobs($since: DateTime!) {
      jobs(
        first: 50
        filters: { status: { inList: ["SUCCEEDED", "FAILED"] }, createdAt: { gte: $since } }
        ordering: [{ createdAt: DESC }]
      ) {
        edges {
          node {
            ...JobFields
          }
        }
      }
    }
  `,
  [JobFieldsFragment],
);

export type OpenAlarm = ResultOf<typeof OpenAlarmsQuery>['syncAlerts'][number];
export type NewOutage = ResultOf<typeof NewOutagesQuery>['outages']['edges'][number]['node'];
