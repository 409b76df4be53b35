import { graphql } from '../../gql/graphql';
import type { ResultOf } from '../../gql/graphql';

export const HealthQuery = graphql(`
  query Health {
    health {
      status
      services {
        name
        isUp
        latencyMs
      }
    }
  }
`);

export const DataAgeQuery = graphql(`
  query DataAge {
    mapLayers {
      key
      title
      confirmedAt
      isTooOld
      status
      rowCount
      dataVersion
      tilesVersion
    }
  }
`);

/** The moment of the newest meter readings, which is what the distribution load is of. */
export const ReadingAgeQuery = graphql(`
  query ReadingAge {
    kpis(keys: ["loadMw"]) {
      key
      dataAsOf
    }
  }
`);

export const SourcesQuery = graphql(`
  query Sources {
    syncLayers {
      key
      title
      status
      confirmedAt
      maxAgeS
      isTooOld
      isPaused
      lastError
    }
  }
`);

export const StreamsQuery = graphql(`
  query StreamAges {
    streamStatus {
      stream
      backlogCount
      lastRecordAt
      reason
    }
  }
`);

export type Source = ResultOf<typeof SourcesQuery>['syncLayers'][number];
export type Stream = ResultOf<typeof StreamsQuery>['streamStatus'][number];
