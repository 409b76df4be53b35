import { graphql } from '../../gql/graphql';
import type { ResultOf } from '../../gql/graphql';

export const StormsQuery = graphql(`
  query PastStorms {
    storms {
      firstDay
      lastDay
      asOf
      rule {
        threshold
        firstDay
        lastDay
        dayCount
        reason
      }
      storms {
        firstDay
        lastDay
        beganAt
        endedAt
        replayStart
        replayEnd
        outageCount
        unknownOutageCount
        customerInterruptions
        customerMinutes
        peakCustomersOut
        peakAt
        majorEventDays
        majorEventReason
      }
    }
  }
`);

export const StormReplayQuery = graphql(`
  query StormReplay($start: DateTime!, $end: DateTime!) {
    stormReplay(start: $start, end: $end) {
      start
      end
      asOf
      unknownOutageCount
      peakCustomersOut
      peakAt
      outages {
        outageId
        isCached
        circuitId
        deviceKind
        deviceId
        causeCode
        beganAt
        restoredAt
        lon
        lat
        customers
        losses {
          at
          customers
        }
        steps {
          restoredAt
          customersRestored
        }
      }
      weather {
        at
        stationCount
        temperatureC
        windSpeedMps
        windSpeedMaxMps
        precipitationMm
      }
    }
  }
`);

export type PastStorms = ResultOf<typeof StormsQuery>['storms'];
export type Storm = PastStorms['storms'][number];
export type StormReplay = ResultOf<typeof StormReplayQuery>['stormReplay'];
export type ReplayedOutage = StormReplay['outages'][number];
export type StormWeather = NonNullable<StormReplay['weather']>[number];
